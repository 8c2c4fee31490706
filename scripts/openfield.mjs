#!/usr/bin/env node
/** `npx openfield <command>`: the command line of the server. Only its result goes to standard output. */
import { openfield } from './command.mjs'

await openfield(process.argv.slice(2))
