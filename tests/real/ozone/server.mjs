// Ozone, with an identity of its own in the directory of accounts:
// node server.mjs PORT DIRECTORY_PORT PDS_PORT VIEW_PORT DATABASE
import { Secp256k1Keypair } from '@atproto/crypto'
import { Database, OzoneDaemon, OzoneService, envToCfg, envToSecrets } from '@atproto/ozone'
import * as plc from '@did-plc/lib'
import './loopback.mjs'

const [port, directory, pds, view, database] = process.argv.slice(2)
const signingKeyHex = '22'.repeat(32)
const key = await Secp256k1Keypair.import(signingKeyHex)
const identity = await plc.signOperation(
  {
    type: 'plc_operation',
    prev: null,
    alsoKnownAs: ['at://moderation.test'],
    rotationKeys: [key.did()],
    verificationMethods: { atproto: key.did(), atproto_label: key.did() },
    services: { atproto_labeler: { type: 'AtprotoLabeler', endpoint: `http://localhost:${port}` } },
  },
  key,
)
const serverDid = await plc.didForCreateOp(identity)
const didPlcUrl = `http://localhost:${directory}`
await new plc.Client(didPlcUrl).sendOperation(serverDid, identity)

const stored = { dbPostgresUrl: database, dbPostgresSchema: 'ozone' }
const migrating = new Database({ url: database, schema: 'ozone' })
await migrating.migrateToLatestOrThrow()
await migrating.close()

const settings = {
  ...stored,
  devMode: true,
  port: Number(port),
  publicUrl: `http://localhost:${port}`,
  serverDid,
  didPlcUrl,
  pdsUrl: `http://localhost:${pds}`,
  pdsDid: 'did:web:localhost',
  appviewUrl: `http://localhost:${view}`,
  appviewDid: `did:web:localhost%3A${view}`,
  appviewPushEvents: true,
  adminDids: [],
  moderatorDids: [],
  triageDids: [],
  adminPassword: 'only-on-loopback',
  signingKeyHex,
}
const server = await OzoneService.create(envToCfg(settings), envToSecrets(settings))
const daemon = await OzoneDaemon.create(envToCfg(settings), envToSecrets(settings))
await daemon.start()
await server.start()
