// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway;

/** The version that the build wrote into the jar. */
public final class Version {
    private Version() {}

    /** Such as {@code 0.1.0}; {@code development} for classes that are in no jar. */
    public static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version != null ? version : "development";
    }
}
