// SPDX-License-Identifier: Apache-2.0
/**
 * The configuration file as immutable records: {@link org.sngateway.gateway.config.ConfigReader} turns the file into a
 * {@link org.sngateway.gateway.config.GatewayConfig}, or into every problem that it has, each with its place.
 *
 * <p>Each record says what its keys mean and reads them itself, so a key's name, type, range, default and description stand
 * in one file. To add a key: add a component with its description, and one line to the record's {@code read} method;
 * then describe it in {@code conf/sn-gateway.yaml} (a test looks).
 *
 * <p>Touches: {@code codec.topic}, {@code gateway.tls}, the YAML parser, the file system.
 * <p>Threading: immutable values; reading blocks on the disk and belongs to the thread that starts the gateway.
 */
@NullMarked
package org.sngateway.gateway.config;

import org.jspecify.annotations.NullMarked;
