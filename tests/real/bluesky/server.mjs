// A Bluesky PDS whose data outlives it: node server.mjs PORT DIRECTORY_PORT FOLDER. Its keys are the same at each start.
import fs from 'node:fs'
import path from 'node:path'
import { PDS, envToCfg, envToSecrets } from '@atproto/pds'
import './loopback.mjs'

const [port, directory, folder] = process.argv.slice(2)
const within = (name) => {
  const found = path.join(folder, name)
  fs.mkdirSync(found, { recursive: true })
  return found
}
const settings = {
  devMode: true,
  port: Number(port),
  hostname: 'localhost',
  serviceHandleDomains: ['.test'],
  dataDirectory: within('data'),
  blobstoreDiskLocation: within('blobs'),
  blobstoreDiskTmpLocation: within('uploads'),
  didPlcUrl: `http://127.0.0.1:${directory}`,
  adminPassword: 'only-on-loopback',
  jwtSecret: 'only-on-loopback-and-long-enough',
  plcRotationKeyK256PrivateKeyHex: '11'.repeat(32),
  inviteRequired: false,
  disableSsrfProtection: true,
  rateLimitsEnabled: false,
  bskyAppViewUrl: 'https://view.invalid',
  bskyAppViewDid: 'did:example:invalid',
  crawlers: [],
}
const server = await PDS.create(envToCfg(settings), envToSecrets(settings))
await server.start()
