// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/** An endless sequence of datagrams no device should send: random octets and damaged frames, the same ones for the same seed. */
final class FrameMutator {
    static final int MAX_OCTETS = 1400;

    /** A frame of each type, MQTT-SN 1.2 §5.4, hexadecimal. */
    static final List<String> VALID = List.of(
            "0500010384", // ADVERTISE
            "030100", // SEARCHGW
            "030201", // GWINFO
            "0B040401003C666C6F6F64", // CONNECT, "flood"
            "0B040C01003C666C6F6F64", // CONNECT with will
            "030500", // CONNACK
            "0206", // WILLTOPICREQ
            "0507207770", // WILLTOPIC
            "0208", // WILLMSGREQ
            "040977FF", // WILLMSG
            "080A000000016161", // REGISTER
            "070B0001000100", // REGACK
            "0B0C200001000161626364", // PUBLISH, normal topic
            "0B0C2261620007AABBCCDD", // PUBLISH, short topic name
            "0B0C6161620000AABBCCDD", // PUBLISH of QoS -1, predefined topic
            "01000C0C40000100020102AA", // PUBLISH of QoS 2, long form
            "070D0001000100", // PUBACK
            "040E0001", // PUBCOMP
            "040F0001", // PUBREC
            "04100001", // PUBREL
            "0812200001612F23", // SUBSCRIBE
            "0813200001000100", // SUBACK
            "07140000016161", // UNSUBSCRIBE
            "04150001", // UNSUBACK
            "0216", // PINGREQ
            "0716666C6F6F64", // PINGREQ of a sleeping device
            "0217", // PINGRESP
            "0218", // DISCONNECT
            "0418003C", // DISCONNECT to sleep
            "051A207770", // WILLTOPICUPD
            "031B00", // WILLTOPICRESP
            "031C77", // WILLMSGUPD
            "031D00", // WILLMSGRESP
            "06FE000000010218"); // forwarder encapsulation

    private static final int MAX_CHANGES = 4;

    private final SplittableRandom random;
    private final byte[][] valid = VALID.stream().map(HexFormat.of()::parseHex).toArray(byte[][]::new);

    FrameMutator(long seed) {
        random = new SplittableRandom(seed);
    }

    /** 0..{@link #MAX_OCTETS} octets: as often random ones as a damaged frame. */
    byte[] next() {
        return random.nextBoolean() ? randomOctets() : damaged();
    }

    private byte[] randomOctets() {
        // Mostly short, as frames are; now and then as long as a datagram gets.
        byte[] octets = new byte[random.nextInt(random.nextInt(20) == 0 ? MAX_OCTETS : 64)];
        random.nextBytes(octets);
        if (octets.length > 1 && octets.length < 256 && random.nextBoolean()) {
            octets[0] = (byte) octets.length; // past the length check, into the layouts
        }
        return octets;
    }

    private byte[] damaged() {
        byte[] frame = valid[random.nextInt(valid.length)].clone();
        int changes = 1 + random.nextInt(MAX_CHANGES);
        for (int i = 0; i < changes; i++) {
            frame = damage(frame);
        }
        return frame;
    }

    private byte[] damage(byte[] frame) {
        if (frame.length == 0) {
            return frame;
        }
        int at = random.nextInt(frame.length);
        return switch (random.nextInt(6)) {
            case 0 -> { // a bit
                frame[at] ^= (byte) (1 << random.nextInt(8));
                yield frame;
            }
            case 1 -> { // an octet
                frame[at] = (byte) random.nextInt(256);
                yield frame;
            }
            case 2 -> Arrays.copyOf(frame, at); // cut
            case 3 -> Arrays.copyOf(frame, Math.min(MAX_OCTETS, frame.length + 1 + random.nextInt(300))); // extended
            case 4 -> { // another length, often the right one again
                frame[0] = (byte) (random.nextBoolean() ? frame.length : random.nextInt(256));
                yield frame;
            }
            default -> { // another type
                frame[Math.min(1, frame.length - 1)] = (byte) random.nextInt(0x20);
                yield frame;
            }
        };
    }
}
