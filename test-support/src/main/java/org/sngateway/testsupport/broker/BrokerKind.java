// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.opentest4j.TestAbortedException;

/** The brokers that the gateway is tested against. */
public enum BrokerKind {
    HIVEMQ_CE("HiveMQ CE", MqttVersion.MQTT_5) {
        @Override
        EnumSet<BrokerFeature> features() {
            return EnumSet.of(
                    BrokerFeature.QOS_2,
                    BrokerFeature.SHARED_SUBSCRIPTIONS,
                    BrokerFeature.RETAINED_FOR_WILDCARDS,
                    BrokerFeature.WILL_ON_TAKEOVER,
                    BrokerFeature.SESSIONS_SURVIVE_KILL,
                    BrokerFeature.RETAINED_SURVIVE_KILL);
        }

        @Override
        EnumSet<BrokerFeature> featuresOfMqtt5() {
            return EnumSet.of(
                    BrokerFeature.RETAIN_HANDLING,
                    BrokerFeature.TAKEOVER_TELLS_REASON,
                    BrokerFeature.RECEIVE_MAXIMUM_OBEYED);
        }

        @Override
        public Optional<String> missing() {
            return HiveMqCeBroker.missing();
        }

        @Override
        TestBroker launch(Path directory, @Nullable ServerTls tls) throws IOException {
            return HiveMqCeBroker.start(directory);
        }
    },
    MOSQUITTO("Mosquitto", MqttVersion.MQTT_5) {
        @Override
        EnumSet<BrokerFeature> features() {
            return EnumSet.of(
                    BrokerFeature.QOS_2,
                    BrokerFeature.SHARED_SUBSCRIPTIONS,
                    BrokerFeature.RETAINED_FOR_WILDCARDS,
                    BrokerFeature.WILL_ON_TAKEOVER,
                    BrokerFeature.SENDS_AHEAD_OF_ACKNOWLEDGEMENTS,
                    BrokerFeature.SESSIONS_SURVIVE_KILL,
                    BrokerFeature.RETAINED_SURVIVE_KILL);
        }

        @Override
        EnumSet<BrokerFeature> featuresOfMqtt5() {
            return EnumSet.of(BrokerFeature.RETAIN_HANDLING);
        }

        @Override
        public Optional<String> missing() {
            return MosquittoBroker.missing();
        }

        @Override
        TestBroker launch(Path directory, @Nullable ServerTls tls) throws IOException {
            return MosquittoBroker.start(directory, tls);
        }
    },
    RABBITMQ("RabbitMQ", MqttVersion.MQTT_3_1_1) {
        @Override
        EnumSet<BrokerFeature> features() {
            return EnumSet.of(BrokerFeature.SENDS_AHEAD_OF_ACKNOWLEDGEMENTS, BrokerFeature.SESSIONS_SURVIVE_KILL);
        }

        @Override
        public Optional<String> missing() {
            return RabbitMqBroker.missing();
        }

        @Override
        TestBroker launch(Path directory, @Nullable ServerTls tls) throws IOException {
            return RabbitMqBroker.start(directory, tls);
        }
    },
    AEDES("aedes", MqttVersion.MQTT_3_1_1) {
        @Override
        EnumSet<BrokerFeature> features() {
            return EnumSet.of(
                    BrokerFeature.QOS_2,
                    BrokerFeature.RETAINED_FOR_WILDCARDS,
                    BrokerFeature.WILL_ON_TAKEOVER,
                    BrokerFeature.SENDS_AHEAD_OF_ACKNOWLEDGEMENTS,
                    BrokerFeature.REFUSES_FILTERS);
        }

        @Override
        public Optional<String> missing() {
            return NodeScripts.missing();
        }

        @Override
        TestBroker launch(Path directory, @Nullable ServerTls tls) throws IOException {
            return AedesBroker.start(tls);
        }
    };

    private final String title;
    private final MqttVersion newest;

    BrokerKind(String title, MqttVersion newest) {
        this.title = title;
        this.newest = newest;
    }

    /** In every version of MQTT that it speaks. */
    abstract EnumSet<BrokerFeature> features();

    /** Beside {@link #features}, with clients of MQTT 5. */
    EnumSet<BrokerFeature> featuresOfMqtt5() {
        return EnumSet.noneOf(BrokerFeature.class);
    }

    /** The versions of MQTT it speaks, in the version that the tests run. */
    public Set<MqttVersion> versions() {
        return EnumSet.range(MqttVersion.MQTT_3_1_1, newest);
    }

    /** Whether it has {@code feature} for clients of {@code version}; false for a version it does not speak. */
    public boolean supports(BrokerFeature feature, MqttVersion version) {
        return versions().contains(version)
                && (features().contains(feature)
                        || (version == MqttVersion.MQTT_5 && featuresOfMqtt5().contains(feature)));
    }

    /** Why it cannot be started on this machine; empty when it can. May install it for the build, see {@link NodeScripts}. */
    public abstract Optional<String> missing();

    abstract TestBroker launch(Path directory, @Nullable ServerTls tls) throws IOException;

    /**
     * Starts one and waits until it accepts MQTT clients.
     *
     * @param directory an empty one, for what the broker needs on disk
     * @throws TestAbortedException when it is not installed, so that the test is skipped with the reason; not with {@code CI=true} in the
     *     environment, where what a test needs must be there
     * @throws IllegalStateException when it is not installed in CI
     * @throws IOException when it does not start
     */
    public TestBroker start(Path directory) throws IOException {
        return start(directory, null);
    }

    /**
     * As {@link #start(Path)}, with listeners for TLS beside the others where the broker has them in tests (not HiveMQ CE).
     *
     * @param tls what the broker shows and asks for
     */
    public TestBroker start(Path directory, @Nullable ServerTls tls) throws IOException {
        Required.orSkip(missing());
        return launch(directory, tls);
    }

    /** As its makers call it. */
    @Override
    public String toString() {
        return title;
    }
}
