// SPDX-License-Identifier: Apache-2.0
package org.sngateway.transport.dtls;

/** Why a record of a peer was dropped. */
public enum RecordDrop {
    /** It had arrived before, or is too old to tell. */
    REPLAYED,
    /** It does not decrypt with the connection's keys. */
    FORGED,
    /** There is no such connection: it has ended, or the gateway was restarted. */
    NO_CONNECTION,
    /** Too much waited to be computed. */
    OVERLOAD,
    /** It is no record, or none that the connection's state allows. */
    OTHER
}
