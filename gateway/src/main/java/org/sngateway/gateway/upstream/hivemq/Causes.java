// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.upstream.hivemq;

import com.hivemq.client.mqtt.exceptions.ConnectionClosedException;
import com.hivemq.client.mqtt.exceptions.ConnectionFailedException;
import com.hivemq.client.mqtt.exceptions.MqttDecodeException;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3ConnAckException;
import com.hivemq.client.mqtt.mqtt3.exceptions.Mqtt3DisconnectException;
import com.hivemq.client.mqtt.mqtt3.message.connect.connack.Mqtt3ConnAckReturnCode;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.websocketx.WebSocketHandshakeException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.sngateway.gateway.config.ServerAddress;
import org.sngateway.gateway.upstream.Disconnection;
import org.sngateway.gateway.upstream.Disconnection.Cause;

/** What a failure of the client means. */
final class Causes {
    private Causes() {}

    /** @param wasConnected whether the broker had accepted the connection */
    static Disconnection of(Throwable failure, ServerAddress server, boolean wasConnected) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Disconnection known = known(cause);
            if (known != null) {
                return known;
            }
        }
        Throwable root = root(failure);
        String text = text(root);
        if (isTimeout(text)) { // the client has no type of its own for it
            return new Disconnection(Cause.TIMEOUT, text);
        }
        if (wasConnected) {
            return new Disconnection(Cause.LOST, text);
        }
        if (server.scheme().isTls() && failure instanceof ConnectionFailedException && !isOfTcp(root)) {
            return new Disconnection(
                    Cause.TLS, "TLS: the server broke off; does it speak TLS on this port? (" + text + ")");
        }
        if (failure instanceof ConnectionClosedException) {
            return new Disconnection(
                    Cause.UNREACHABLE, "the server closed the connection instead of answering CONNECT (" + text + ")");
        }
        return new Disconnection(Cause.UNREACHABLE, text);
    }

    /** Whether there was not even a TCP connection. */
    private static boolean isOfTcp(Throwable failure) {
        return failure instanceof ConnectException || failure instanceof NoRouteToHostException;
    }

    private static @Nullable Disconnection known(Throwable cause) {
        if (cause instanceof Mqtt5ConnAckException refused) {
            Mqtt5ConnAck answer = refused.getMqttMessage();
            return new Disconnection(
                    of(answer.getReasonCode()), said(answer.getReasonCode(), answer.getReasonString()));
        }
        if (cause instanceof Mqtt3ConnAckException refused) {
            Mqtt3ConnAckReturnCode code = refused.getMqttMessage().getReturnCode();
            return new Disconnection(of(code), "the broker answered " + code);
        }
        if (cause instanceof Mqtt5DisconnectException ended) {
            return ended(ended);
        }
        if (cause instanceof Mqtt3DisconnectException ended) { // what this side found wrong
            return new Disconnection(isTimeout(text(ended)) ? Cause.TIMEOUT : Cause.PROTOCOL, text(root(ended)));
        }
        if (cause instanceof IllegalArgumentException notMqtt) { // a client id or a will
            return new Disconnection(Cause.NOT_AUTHORIZED, "not possible in MQTT: " + text(notMqtt));
        }
        if (cause instanceof UnusableCredentialsException unusable) {
            return new Disconnection(Cause.CREDENTIALS, text(unusable));
        }
        if (cause instanceof ConnectTimeoutException || cause instanceof SslHandshakeTimeoutException) {
            return new Disconnection(Cause.TIMEOUT, text(cause));
        }
        if (cause instanceof SSLException || cause instanceof CertificateException) {
            return new Disconnection(Cause.TLS, "TLS: " + text(root(cause)));
        }
        if (cause instanceof WebSocketHandshakeException) {
            boolean late = isTimeout(text(cause)) || text(cause).contains("timed out");
            return new Disconnection(late ? Cause.TIMEOUT : Cause.PROTOCOL, "WebSocket: " + text(cause));
        }
        if (cause instanceof MqttDecodeException) {
            return new Disconnection(Cause.PROTOCOL, text(cause));
        }
        if (cause instanceof UnknownHostException unknown) {
            return new Disconnection(Cause.UNREACHABLE, text(unknown));
        }
        return null;
    }

    /** A DISCONNECT: the broker's, or this side's because of what the broker did. */
    private static Disconnection ended(Mqtt5DisconnectException ended) {
        Mqtt5DisconnectReasonCode code = ended.getMqttMessage().getReasonCode();
        if (isTimeout(text(ended))) {
            return new Disconnection(Cause.TIMEOUT, text(ended));
        }
        if (ended.getCause() != null) {
            return new Disconnection(of(code), text(root(ended)));
        }
        boolean isBrokers = text(ended).startsWith("Server sent");
        return new Disconnection(
                of(code), isBrokers ? said(code, ended.getMqttMessage().getReasonString()) : text(ended));
    }

    private static Cause of(Mqtt5ConnAckReasonCode code) {
        return switch (code) {
            case QOS_NOT_SUPPORTED,
                    RETAIN_NOT_SUPPORTED,
                    BAD_USER_NAME_OR_PASSWORD,
                    NOT_AUTHORIZED,
                    BANNED,
                    CLIENT_IDENTIFIER_NOT_VALID,
                    BAD_AUTHENTICATION_METHOD -> Cause.NOT_AUTHORIZED;
            case SERVER_UNAVAILABLE,
                    SERVER_BUSY,
                    QUOTA_EXCEEDED,
                    CONNECTION_RATE_EXCEEDED,
                    USE_ANOTHER_SERVER,
                    SERVER_MOVED -> Cause.BUSY;
            default -> Cause.PROTOCOL;
        };
    }

    private static Cause of(Mqtt3ConnAckReturnCode code) {
        return switch (code) {
            case IDENTIFIER_REJECTED, BAD_USER_NAME_OR_PASSWORD, NOT_AUTHORIZED -> Cause.NOT_AUTHORIZED;
            case SERVER_UNAVAILABLE -> Cause.BUSY;
            default -> Cause.PROTOCOL;
        };
    }

    private static Cause of(Mqtt5DisconnectReasonCode code) {
        return switch (code) {
            case SESSION_TAKEN_OVER -> Cause.TAKEN_OVER;
            case NOT_AUTHORIZED, ADMINISTRATIVE_ACTION -> Cause.NOT_AUTHORIZED;
            case SERVER_BUSY,
                    QUOTA_EXCEEDED,
                    CONNECTION_RATE_EXCEEDED,
                    MESSAGE_RATE_TOO_HIGH,
                    USE_ANOTHER_SERVER,
                    SERVER_MOVED -> Cause.BUSY;
            case MALFORMED_PACKET,
                    PROTOCOL_ERROR,
                    RECEIVE_MAXIMUM_EXCEEDED,
                    TOPIC_ALIAS_INVALID,
                    PACKET_TOO_LARGE,
                    TOPIC_FILTER_INVALID,
                    TOPIC_NAME_INVALID -> Cause.PROTOCOL;
            case KEEP_ALIVE_TIMEOUT -> Cause.TIMEOUT;
            default -> Cause.LOST;
        };
    }

    private static String said(Object code, Optional<?> reason) {
        return "the broker said " + code + reason.map(why -> ": " + why).orElse("");
    }

    /** What this side calls it when it has waited for too long: its texts begin so. */
    private static boolean isTimeout(String text) {
        return text.toLowerCase(Locale.ROOT).startsWith("timeout");
    }

    private static Throwable root(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        if (message == null) {
            return failure.toString();
        }
        return message;
    }
}
