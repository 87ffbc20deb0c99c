// What people see of the network in an app: node view.mjs PORT DIRECTORY_PORT PDS_PORT OZONE_PORT OZONE_DID DATABASE
// It follows the PDS by itself. That it follows Ozone's labels, too, is not part of its package, and stands here.
import { BskyAppView, DataPlaneServer, Database, RepoSubscription, ServerConfig } from '@atproto/bsky'
import { Secp256k1Keypair } from '@atproto/crypto'
import { Subscription } from '@atproto/xrpc-server'
import './loopback.mjs'

const [port, directory, pds, ozonePort, ozone, database] = process.argv.slice(2)
const didPlcUrl = `http://localhost:${directory}`
const db = new Database({ url: database, schema: 'view', poolSize: 10 })
await db.migrateToLatestOrThrow()
const data = await DataPlaneServer.create(db, 0, didPlcUrl, globalThis.fetch)
const config = new ServerConfig({
  port: Number(port),
  publicUrl: `http://localhost:${port}`,
  serverDid: `did:web:localhost%3A${port}`,
  alternateAudienceDids: [],
  didPlcUrl,
  dataplaneUrls: [`http://localhost:${data.server.address().port}`],
  dataplaneHttpVersion: '1.1',
  bsyncUrl: 'http://localhost:1',
  bsyncHttpVersion: '1.1',
  etcdHosts: [],
  modServiceDid: ozone,
  labelsFromIssuerDids: [ozone],
  adminPasswords: ['only-on-loopback'],
  disableSsrfProtection: true,
  feedGenSkeletonTimeout: 5000,
  maxThreadParents: 50,
  draftsLimit: 500,
  bigThreadUris: new Set(),
  searchTagsHide: new Set(),
  searchTagsHideAll: new Set(),
  threadTagsBumpDown: new Set(),
  threadTagsHide: new Set(),
  debugFieldAllowedDids: new Set(),
  visibilityTagHide: '',
  visibilityTagRankPrefix: '',
})
const view = BskyAppView.create({ config, signingKey: await Secp256k1Keypair.import('33'.repeat(32)) })
await view.start()
await new RepoSubscription({ service: `ws://localhost:${pds}`, db, idResolver: data.idResolver }).start()

const labels = new Subscription({
  service: `ws://localhost:${ozonePort}`,
  method: 'com.atproto.label.subscribeLabels',
  getParams: () => ({ cursor: 0 }),
  validate: (message) => message.labels,
})
for await (const found of labels) {
  for (const { src, uri, cid = '', val, neg = false, cts, exp = null } of found) {
    const now = { neg, cts, exp }
    await db.db
      .insertInto('label')
      .values({ src, uri, cid, val, ...now })
      .onConflict((row) => row.columns(['uri', 'val', 'cid', 'src']).doUpdateSet(now))
      .execute()
  }
}
