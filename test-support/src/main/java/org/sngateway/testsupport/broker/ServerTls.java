// SPDX-License-Identifier: Apache-2.0
package org.sngateway.testsupport.broker;

import java.nio.file.Path;

/**
 * How a broker does TLS.
 *
 * @param authority PEM file of the authority whose client certificates it accepts
 * @param identity what it shows
 * @param clientsNeedCertificate whether it turns away clients without a certificate of {@code authority}
 */
public record ServerTls(Path authority, TestCertificates.Identity identity, boolean clientsNeedCertificate) {}
