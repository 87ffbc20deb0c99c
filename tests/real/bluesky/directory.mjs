// The directory of accounts (PLC), in memory: node directory.mjs PORT. It outlives the server that is killed.
import plc from '@did-plc/server'
import './loopback.mjs'

const port = Number(process.argv[2])
await plc.PlcServer.create({ db: plc.Database.mock(), port }).start()
