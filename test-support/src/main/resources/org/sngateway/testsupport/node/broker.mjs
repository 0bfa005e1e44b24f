// SPDX-License-Identifier: Apache-2.0
// A broker on 127.0.0.1 with everything in memory: aedes. Ends when its standard input does.
// Arguments: TCP port, WebSocket port [, TLS port, secure WebSocket port, authority, certificate, key, whether clients need a certificate]
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'
import { Aedes } from 'aedes'
import { createWebSocketStream, WebSocketServer } from 'ws'

const [tcpPort, webSocketPort, tlsPort, secureWebSocketPort, authority, certificate, key, clientsNeedCertificate] =
  process.argv.slice(2)
const broker = await Aedes.createBroker({
  // null: refused in SUBACK
  authorizeSubscribe: (client, subscription, done) => done(null, subscription.topic === 'forbidden' ? null : subscription),
  // an error: the connection is closed
  authorizePublish: (client, packet, done) => done(packet.topic === 'forbidden' ? new Error('forbidden') : null)
})

function serveWebSockets (server) {
  new WebSocketServer({ server, handleProtocols: () => 'mqtt' }).on('connection', (socket, request) => {
    const stream = createWebSocketStream(socket)
    stream.on('error', () => stream.destroy()) // the client went away
    broker.handle(stream, request)
  })
  return server
}

function listen (server, port) {
  server.listen(Number(port), '127.0.0.1')
}

if (tlsPort !== undefined) {
  const options = {
    ca: readFileSync(authority),
    cert: readFileSync(certificate),
    key: readFileSync(key),
    requestCert: clientsNeedCertificate === 'true',
    rejectUnauthorized: clientsNeedCertificate === 'true'
  }
  listen(tls.createServer(options, broker.handle), tlsPort)
  listen(serveWebSockets(https.createServer(options)), secureWebSocketPort)
}
listen(serveWebSockets(http.createServer()), webSocketPort)
listen(net.createServer(broker.handle), tcpPort)

process.stdin.on('end', () => process.exit(0)).resume()
