// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.cli;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.sngateway.gateway.admin.AdminToken;
import org.sngateway.gateway.config.GatewayConfig;
import org.sngateway.gateway.config.InvalidConfigException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sn-gateway reload}: lets a running gateway read its configuration again. */
@Command(
        name = "reload",
        description = {
            "Checks the configuration, and lets the running gateway read it again. Devices stay connected.",
            "Prints what is in effect now and what needs a restart. Exit code 0 when it was reloaded, 1 when the gateway could not",
            "be asked or has refused, 2 with every problem on a line when the configuration cannot be used; then nothing has changed.",
            "The gateway is asked at admin.bind of this configuration, and reads the file that it was started with."
        },
        mixinStandardHelpOptions = true,
        versionProvider = SnGateway.ManifestVersion.class)
final class ReloadCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int OK = 200;

    @Mixin
    private ConfigOption config = new ConfigOption();

    @Spec
    private @SuppressWarnings("NullAway.Init") CommandSpec spec;

    @Override
    public Integer call() throws InvalidConfigException, InterruptedException {
        GatewayConfig read = config.read();
        InetSocketAddress bind = read.admin().bind();
        if (bind == null || bind.getPort() == 0) {
            return fail("admin.bind names no port; send the gateway a SIGHUP instead");
        }
        try {
            HttpResponse<String> answer = ask(bind, AdminToken.find(read, System.getenv()));
            boolean done = answer.statusCode() == OK;
            PrintWriter to =
                    done ? spec.commandLine().getOut() : spec.commandLine().getErr();
            to.print(answer.body());
            to.flush();
            return done ? 0 : 1;
        } catch (IOException failure) {
            return fail(failure.getMessage() == null ? failure.toString() : failure.getMessage());
        }
    }

    private static HttpResponse<String> ask(InetSocketAddress bind, String token)
            throws IOException, InterruptedException {
        InetSocketAddress address = bind.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), bind.getPort())
                : bind;
        URI uri = URI.create("http://" + NetUtil.toSocketAddressString(address) + "/api/reload");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token)
                .POST(BodyPublishers.noBody())
                .build();
        HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new IOException("no gateway answers at " + uri + ": " + failure, failure);
        }
    }

    private int fail(String why) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("sn-gateway: " + why);
        err.flush();
        return 1;
    }
}
