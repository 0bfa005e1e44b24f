// SPDX-License-Identifier: Apache-2.0
// An application behind a broker, made with MQTT.js and told what to do line by line. Ends when its standard input does.
// Arguments: URL of the broker, protocol version (4 or 5), client id. Words of a line are percent-encoded, so none contains a space.
//
//   in                                                    out, when it is done
//   subscribe QOS FILTER                                  subscribed QOS FILTER             (granted QoS, 128 and above: refused)
//   publish QOS RETAIN TOPIC PAYLOAD                      published TOPIC                   (acknowledged, when QOS is not 0)
//   answer QOS FILTER TOPIC PREFIX                        answering QOS FILTER              (granted QoS)
//
// Whenever a message comes:                               received QOS RETAIN TOPIC PAYLOAD
// and when it matches the FILTER of an answer, the        answered TOPIC
// application publishes PREFIX and the payload to TOPIC, in which + stands for the level that + stood for in the filter.
// Besides:                                                connected | closed | failed MESSAGE
import readline from 'node:readline'
import mqtt from 'mqtt'

const [url, protocolVersion, clientId] = process.argv.slice(2)
const answers = []
const client = mqtt.connect(url, { protocolVersion: Number(protocolVersion), clientId, reconnectPeriod: 200 })

function print (...words) {
  console.log([words[0], ...words.slice(1).map(word => encodeURIComponent(word))].join(' '))
}

/** The level that + stands for in a filter with one +, or undefined when the topic does not match. */
function matched (filter, topic) {
  const levels = topic.split('/')
  const wanted = filter.split('/')
  if (levels.length !== wanted.length || wanted.some((level, i) => level !== '+' && level !== levels[i])) return undefined
  return levels[wanted.indexOf('+')] ?? ''
}

/** The granted QoS; MQTT.js throws when the broker refuses, whose code it keeps. */
async function subscribe (filter, qos) {
  try {
    const [granted] = await client.subscribeAsync(filter, { qos: Number(qos) })
    return granted.qos
  } catch (error) {
    return error.code ?? 128
  }
}

const commands = {
  async subscribe (qos, filter) {
    print('subscribed', await subscribe(filter, qos), filter)
  },
  async publish (qos, retain, topic, payload) {
    await client.publishAsync(topic, payload, { qos: Number(qos), retain: retain === 'true' })
    print('published', topic)
  },
  async answer (qos, filter, topic, prefix) {
    answers.push({ qos: Number(qos), filter, topic, prefix })
    print('answering', await subscribe(filter, qos), filter)
  }
}

client.on('connect', () => print('connected'))
client.on('close', () => print('closed'))
client.on('error', error => print('failed', error.message))
client.on('message', async (topic, payload, packet) => {
  print('received', packet.qos, packet.retain, topic, payload.toString())
  for (const answer of answers) {
    const level = matched(answer.filter, topic)
    if (level === undefined) continue
    const to = answer.topic.replace('+', () => level)
    await client.publishAsync(to, answer.prefix + payload.toString(), { qos: answer.qos })
    print('answered', to)
  }
})

readline.createInterface({ input: process.stdin })
  .on('line', line => {
    const [name, ...words] = line.split(' ')
    commands[name](...words.map(decodeURIComponent)).catch(error => print('failed', error.message))
  })
  .on('close', () => process.exit(0))
