// SPDX-License-Identifier: Apache-2.0
package org.sngateway.demobroker;

import com.hivemq.embedded.EmbeddedExtension;
import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.client.parameter.ServerInformation;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import org.jspecify.annotations.Nullable;

/** Which port the broker listens on: only an extension is told, and only after the broker has bound it. */
final class ListenerPort implements ExtensionMain {
    private volatile @Nullable ServerInformation server;

    EmbeddedExtension asExtension() {
        return EmbeddedExtension.builder()
                .withId("listener-port")
                .withName("Listener port")
                .withVersion("1.0.0")
                .withAuthor("sn-gateway")
                .withExtensionMain(this)
                .build();
    }

    /** The bound TCP port, 1..65535; call when the broker has started. */
    int get() {
        ServerInformation started = server;
        if (started == null) {
            throw new IllegalStateException("the broker has not started");
        }
        return started.getListener().iterator().next().getPort();
    }

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
        server = input.getServerInformation();
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {}
}
