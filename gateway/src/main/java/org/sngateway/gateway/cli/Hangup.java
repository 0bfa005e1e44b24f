// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP. The JDK has no public interface for signals: what all of its builds have is {@code sun.misc.Signal}, which javac warns of and which
 * may be gone one day, so it is looked up. Without it the gateway runs all the same.
 */
final class Hangup {
    private static final Logger log = LoggerFactory.getLogger(Hangup.class);

    private Hangup() {}

    /** Runs {@code action} on each SIGHUP from now on, on a thread for each. */
    static void handle(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler call = (proxy, method, arguments) -> switch (method.getName()) {
                case "handle" -> {
                    action.run();
                    yield null;
                }
                case "equals" -> proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "SIGHUP";
            };
            Object ours = Proxy.newProxyInstance(Hangup.class.getClassLoader(), new Class<?>[] {handler}, call);
            Object hangup = signal.getConstructor(String.class).newInstance("HUP");
            Object before = signal.getMethod("handle", signal, handler).invoke(null, hangup, ours);
            log.atDebug().addKeyValue("before", before).log("SIGHUP reloads the configuration");
        } catch (ReflectiveOperationException | RuntimeException e) {
            log.atWarn()
                    .addKeyValue("reason", e.toString())
                    .log("SIGHUP is not available here; sn-gateway reload does the same");
        }
    }
}
