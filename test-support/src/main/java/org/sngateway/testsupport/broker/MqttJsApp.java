// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * An application made with MQTT.js, in a process of its own: it subscribes, publishes, and answers what devices say with commands. It
 * connects again by itself when the connection is lost. For one thread.
 */
public final class MqttJsApp implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String END = "ended";

    private final Process process;
    private final BufferedWriter input;
    private final BlockingQueue<List<String>> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Message> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> answered = new LinkedBlockingQueue<>();

    /**
     * A message that the application got.
     *
     * @param qos 0..2
     * @param retained whether it has the RETAIN flag
     * @param payload read as UTF-8
     */
    public record Message(String topic, String payload, int qos, boolean retained) {}

    private MqttJsApp(Process process) {
        this.process = process;
        this.input = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "mqtt-js-output");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts the application and waits until it is connected.
     *
     * @param port of a broker on 127.0.0.1
     * @param clientId not empty
     * @throws org.opentest4j.TestAbortedException when Node.js or npm's packages are missing, as for {@link BrokerKind#start}
     */
    public static MqttJsApp start(int port, MqttVersion version, String clientId) throws IOException {
        return start("mqtt://127.0.0.1:" + port, version, clientId);
    }

    /**
     * As {@link #start(int, MqttVersion, String)}.
     *
     * @param url of the broker, of scheme {@code mqtt} or {@code ws}
     */
    public static MqttJsApp start(String url, MqttVersion version, String clientId) throws IOException {
        Required.orSkip(NodeScripts.missing());
        List<String> arguments = List.of(url, version == MqttVersion.MQTT_5 ? "5" : "4", clientId);
        MqttJsApp application = new MqttJsApp(new ProcessBuilder(NodeScripts.command("application.mjs", arguments))
                .redirectErrorStream(true)
                .start());
        try {
            application.awaitConnected();
        } catch (IOException | RuntimeException | AssertionError e) {
            application.close();
            throw e;
        }
        return application;
    }

    private void read() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            output.lines().map(MqttJsApp::words).forEach(this::onLine);
        } catch (IOException | UncheckedIOException e) {
            // it was killed
        }
        events.add(List.of(END));
    }

    private void onLine(List<String> words) {
        switch (words.get(0)) {
            case "received" ->
                received.add(new Message(
                        words.get(3),
                        words.get(4),
                        Integer.parseInt(words.get(1)),
                        Boolean.parseBoolean(words.get(2))));
            case "answered" -> answered.add(words.get(1));
            default -> events.add(words);
        }
    }

    private static List<String> words(String line) {
        return Arrays.stream(line.split(" ", -1)).map(MqttJsApp::decode).toList();
    }

    /** What is not of our script, such as a warning of Node.js, may have a percent sign anywhere. */
    private static String decode(String word) {
        try {
            return URLDecoder.decode(word.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return word;
        }
    }

    /** Waits until it is connected, or connected again after {@code closed}. */
    public void awaitConnected() throws IOException {
        await("connected");
    }

    /**
     * Subscribes and waits for the broker's answer.
     *
     * @param qos 0..2
     * @return the granted QoS, or the code of the refusal: 128 or more
     */
    public int subscribe(String filter, int qos) throws IOException {
        send("subscribe", Integer.toString(qos), filter);
        return Integer.parseInt(await("subscribed").get(1));
    }

    /** Publishes, and waits for the broker's acknowledgement unless {@code qos} is 0. */
    public void publish(String topic, String payload, int qos, boolean retain) throws IOException {
        send("publish", Integer.toString(qos), Boolean.toString(retain), topic, payload);
        await("published", topic);
    }

    /**
     * Subscribes to {@code filter} and, from now on, publishes an answer to each message that matches it.
     *
     * @param filter with at most one {@code +}, and no {@code #}; for example {@code evt/+}
     * @param topic of the answers, such as {@code cmd/+}; its {@code +} becomes the level that the filter's stood for
     * @param prefix what an answer begins with; the message's payload follows
     * @param qos 0..2, of the subscription and of the answers
     * @return the granted QoS, or the code of the refusal: 128 or more
     */
    public int answer(String filter, String topic, String prefix, int qos) throws IOException {
        send("answer", Integer.toString(qos), filter, topic, prefix);
        return Integer.parseInt(await("answering").get(1));
    }

    /** The topic of the next answer that it has published, and the broker acknowledged, in order; waits for it. */
    public String awaitAnswered() throws InterruptedException {
        return next(answered);
    }

    /** The next message it has got and that was not taken yet, in order; waits for it. */
    public Message awaitMessage() throws InterruptedException {
        return next(received);
    }

    private <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        if (next == null) {
            throw new AssertionError("nothing has come; the application said " + events);
        }
        return next;
    }

    /** The messages it has got so far that were not taken yet, in order; does not wait. */
    public List<Message> messages() {
        List<Message> messages = new ArrayList<>();
        received.drainTo(messages);
        return messages;
    }

    private void send(String... words) throws IOException {
        List<String> encoded = Arrays.stream(words)
                .map(word -> URLEncoder.encode(word, StandardCharsets.UTF_8).replace("+", "%20"))
                .toList();
        input.write(String.join(" ", encoded));
        input.newLine();
        input.flush();
    }

    /** The next line that begins with these words; what comes before it is dropped. */
    private List<String> await(String... wanted) throws IOException {
        List<List<String>> seen = new ArrayList<>();
        try {
            while (true) {
                List<String> words = events.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                if (words == null || words.get(0).equals(END)) {
                    throw new IOException("the application has not said " + List.of(wanted) + ", but " + seen);
                }
                if (words.size() >= wanted.length
                        && words.subList(0, wanted.length).equals(List.of(wanted))) {
                    return words;
                }
                seen.add(words);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the application works", e);
        }
    }

    /** Ends it with SIGKILL. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
