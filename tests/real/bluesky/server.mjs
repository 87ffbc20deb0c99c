// A Bluesky PDS whose data outlives it: node server.mjs PORT DIRECTORY_PORT FOLDER [VIEW_PORT OZONE_PORT OZONE_DID]. Its keys
// are the same at each start. Where it is not alone, an app's view is asked through it, and it obeys a moderation service.
import fs from 'node:fs'
import path from 'node:path'
import { PDS, envToCfg, envToSecrets } from '@atproto/pds'
import './loopback.mjs'

const [port, directory, folder, view, ozone, did] = process.argv.slice(2)
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
  didPlcUrl: `http://localhost:${directory}`,
  adminPassword: 'only-on-loopback',
  jwtSecret: 'only-on-loopback-and-long-enough',
  plcRotationKeyK256PrivateKeyHex: '11'.repeat(32),
  inviteRequired: false,
  disableSsrfProtection: true,
  rateLimitsEnabled: false,
  bskyAppViewUrl: view ? `http://localhost:${view}` : 'https://view.invalid',
  bskyAppViewDid: view ? `did:web:localhost%3A${view}` : 'did:example:invalid',
  crawlers: [],
  ...(ozone && { modServiceUrl: `http://localhost:${ozone}`, modServiceDid: did }),
}
const server = await PDS.create(envToCfg(settings), envToSecrets(settings))
await server.start()
