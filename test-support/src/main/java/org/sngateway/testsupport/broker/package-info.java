// SPDX-License-Identifier: Apache-2.0
/**
 * The brokers that tests run against, as child processes of this machine: {@link org.sngateway.testsupport.broker.BrokerCase} says which
 * and in which version of MQTT, {@link org.sngateway.testsupport.broker.TestBroker} is one that runs,
 * {@link org.sngateway.testsupport.broker.TestCertificates} are for TLS, and {@link org.sngateway.testsupport.broker.MqttJsApp} is an
 * application behind a broker. What the brokers do differently is in {@code docs/brokers.md}. Not shipped.
 * <p>Touches: {@code testsupport} for Mosquitto.
 * <p>Threading: for the thread of the test; threads of its own only read what the processes print.
 */
@NullMarked
package org.sngateway.testsupport.broker;

import org.jspecify.annotations.NullMarked;
