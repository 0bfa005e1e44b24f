// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.session;

import io.netty.util.NetUtil;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.config.ListenerConfig;
import org.sngateway.transport.DeviceAddress;

/**
 * Where a device is, as text for the store: {@code udp:192.0.2.1:5000 at udp:0.0.0.0:1884}. The listener is named by what is configured,
 * since its number means another one when the configuration changes.
 */
public final class StoredAddress {
    private static final String AT = " at ";

    private StoredAddress() {}

    /** Null when it cannot be kept. */
    static @Nullable String write(DeviceAddress address, List<ListenerConfig> listeners) {
        String device = address.text();
        String listener = nameOf(listeners.get(address.listener()));
        return device == null || listener == null ? null : device + AT + listener;
    }

    /** Null when it is not known, or the device was at a listener that there is no longer. */
    public static @Nullable DeviceAddress read(@Nullable String text, List<ListenerConfig> listeners) {
        for (int number = 0; text != null && number < listeners.size(); number++) {
            String listener = nameOf(listeners.get(number));
            if (listener != null && text.endsWith(AT + listener)) {
                return DeviceAddress.parse(number, text.substring(0, text.length() - AT.length() - listener.length()));
            }
        }
        return null;
    }

    /** Null for one whose devices connect again after a restart. */
    private static @Nullable String nameOf(ListenerConfig listener) {
        if (listener instanceof ListenerConfig.Udp udp) {
            return "udp:" + NetUtil.toSocketAddressString(udp.bind());
        }
        if (listener instanceof ListenerConfig.Serial serial) {
            // Addresses behind a radio module mean nothing where there is none, and the other way round.
            return (serial.isRadioModule() ? "xbee:" : "serial:") + serial.port();
        }
        return null;
    }
}
