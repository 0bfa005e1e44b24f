// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.serial.framing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.sngateway.codec.message.Payload;
import org.sngateway.transport.serial.framing.XbeeFrame.ModemStatus;
import org.sngateway.transport.serial.framing.XbeeFrame.Other;
import org.sngateway.transport.serial.framing.XbeeFrame.Received;
import org.sngateway.transport.serial.framing.XbeeFrame.TransmitRequest;
import org.sngateway.transport.serial.framing.XbeeFrame.TransmitStatus;

/** Frame data against the examples that Digi prints in its manuals, octet by octet. */
class XbeeFrameTest {
    /** Digi, "XBee-PRO 900HP/XSC RF Modules" (90002173), Transmit Request frame 0x10, example. */
    @Test
    void shouldWriteTheTransmitRequestOfDigisManual() {
        TransmitRequest request = new TransmitRequest(
                false,
                1,
                XbeeAddress.of(Payload.hex("0013a200400a0127")),
                XbeeAddress.UNKNOWN_NETWORK,
                0,
                Payload.utf8("TxData0A"));

        assertThat(onLine(Framing.XBEE_API1, request))
                .isEqualTo("7e001610010013a200400a0127fffe0000547844617461304113");
        assertThat(onLine(Framing.XBEE_API2, request))
                .isEqualTo("7e00161001007d33a200400a0127fffe000054784461746130417d33");
        assertThat(XbeeFrame.read(request.toOctets())).isEqualTo(request);
    }

    /** Digi, "XBee/XBee-PRO S2C ZigBee RF Module" (90002002), Transmit Request frame 0x10, to the coordinator. */
    @Test
    void shouldWriteTheTransmitRequestToTheCoordinatorOfDigisManual() {
        TransmitRequest request = new TransmitRequest(
                false, 1, XbeeAddress.ofLong(0), XbeeAddress.UNKNOWN_NETWORK, 0, Payload.utf8("Tx2Coord"));

        assertThat(onLine(Framing.XBEE_API1, request))
                .isEqualTo("7e001610010000000000000000fffe0000547832436f6f7264fc");
    }

    /** Digi, "XBee 3 Zigbee RF Module" (90001539), Receive Packet frame 0x90, example. */
    @Test
    void shouldReadTheReceivedPacketOfDigisZigbeeManual() {
        assertThat(fromLine("7e0012900013a20040522baa7d84015278446174610d"))
                .isEqualTo(new Received(
                        false, XbeeAddress.ofLong(0x0013A20040522BAAL), 0x7D84, false, Payload.utf8("RxData")));
    }

    /** Digi, "XBee SX 868 RF Module" (90001538), Receive Packet 0x90, 64-bit unicast. */
    @Test
    void shouldReadTheReceivedPacketOfDigisDigimeshManual() {
        assertThat(fromLine("7e0012900013a20041aeb54efffec1547844617461c4"))
                .isEqualTo(new Received(
                        false,
                        XbeeAddress.ofLong(0x0013A20041AEB54EL),
                        XbeeAddress.UNKNOWN_NETWORK,
                        false,
                        Payload.utf8("TxData")));
    }

    /** Digi, "XBee/XBee-PRO ZB RF Modules" (90000976), ZigBee Transmit Status 0x8B, example. */
    @Test
    void shouldReadTheTransmitStatusOfDigisManual() {
        assertThat(fromLine("7e00078b017d8400000171")).isEqualTo(new TransmitStatus(false, 1, 0));
    }

    @Test
    void shouldReadWhichTransmissionsFailed() {
        assertThat(XbeeFrame.read(hex("8b01fffd002400"))).isInstanceOfSatisfying(TransmitStatus.class, status -> {
            assertThat(status.isDelivered()).isFalse();
            assertThat(status.status()).isEqualTo(0x24);
        });
        assertThat(XbeeFrame.read(hex("890501"))).isEqualTo(new TransmitStatus(true, 5, 1));
    }

    @Test
    void shouldNameANodeByItsNetworkAddressOnlyWhereNothingElseIsKnown() {
        assertThat(XbeeFrame.read(hex("90ffffffffffffffff1234010216")))
                .isEqualTo(new Received(false, XbeeAddress.ofShort(0x1234), 0x1234, false, Payload.hex("0216")));
    }

    @Test
    void shouldTellBroadcasts() {
        assertThat(XbeeFrame.read(hex("900013a20040c1d2e3123402030100")))
                .isInstanceOfSatisfying(
                        Received.class,
                        received -> assertThat(received.broadcast()).isTrue());
    }

    @Test
    void shouldReadAndWriteTheFormsOfTheFirst802154Modules() {
        roundTrip(
                "80" + "0013a20040c1d2e3" + "00" + "00" + "0216",
                new Received(
                        true,
                        XbeeAddress.ofLong(0x0013A20040C1D2E3L),
                        XbeeAddress.UNKNOWN_NETWORK,
                        false,
                        Payload.hex("0216")));
        roundTrip(
                "81" + "1234" + "00" + "02" + "0216",
                new Received(
                        true, XbeeAddress.ofShort(0x1234), XbeeAddress.UNKNOWN_NETWORK, true, Payload.hex("0216")));
        roundTrip(
                "00" + "07" + "0013a20040c1d2e3" + "00" + "0217",
                new TransmitRequest(
                        true,
                        7,
                        XbeeAddress.ofLong(0x0013A20040C1D2E3L),
                        XbeeAddress.UNKNOWN_NETWORK,
                        0,
                        Payload.hex("0217")));
        roundTrip(
                "01" + "07" + "1234" + "00" + "0217",
                new TransmitRequest(
                        true, 7, XbeeAddress.ofShort(0x1234), XbeeAddress.UNKNOWN_NETWORK, 0, Payload.hex("0217")));
        roundTrip("890701", new TransmitStatus(true, 7, 1));
        roundTrip("8a06", new ModemStatus(6));
    }

    private static void roundTrip(String hex, XbeeFrame frame) {
        assertThat(XbeeFrame.read(hex(hex))).isEqualTo(frame);
        assertThat(Payload.wrap(frame.toOctets())).isEqualTo(Payload.hex(hex));
    }

    @Test
    void shouldNotGuessWhatIsTooShortOrUnknown() {
        assertThat(XbeeFrame.read(hex(""))).isEqualTo(new Other(-1));
        assertThat(XbeeFrame.read(hex("90"))).isEqualTo(new Other(0x90));
        assertThat(XbeeFrame.read(hex("8b0112340000"))).isEqualTo(new Other(0x8B));
        assertThat(XbeeFrame.read(hex("88014e4900"))).isEqualTo(new Other(0x88));
    }

    @Test
    void shouldRefuseAddressesOfAnotherSize() {
        assertThatThrownBy(() -> XbeeAddress.of(Payload.hex("123456"))).hasMessageContaining("8 or 2");
        assertThatThrownBy(() -> XbeeAddress.ofShort(0x10000)).hasMessageContaining("0..65535");
    }

    private static String onLine(Framing framing, XbeeFrame frame) {
        return Payload.wrap(framing.encode(frame.toOctets())).toHex();
    }

    private static XbeeFrame fromLine(String hex) {
        RecordingSink sink = new RecordingSink();
        byte[] line = hex(hex);
        Framing.XBEE_API1.decoder(255, sink).accept(line, 0, line.length);
        assertThat(sink.rejections).isEmpty();
        assertThat(sink.frames).hasSize(1);
        return XbeeFrame.read(sink.frames.get(0).toByteArray());
    }

    private static byte[] hex(String hex) {
        return Payload.hex(hex).toByteArray();
    }
}
