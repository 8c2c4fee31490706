import { ApiError } from '@openfield/schema'
import { Command, InvalidArgumentError, Option } from 'commander'
import { backup, restoreCommand } from './commands/backup.ts'
import { printCitusSetup } from './commands/citus-setup.ts'
import { printConfig } from './commands/config.ts'
import { demo } from './commands/demo.ts'
import { doctor, NotExamined } from './commands/doctor.ts'
import { printErasures } from './commands/erasures.ts'
import { createKey } from './commands/keys.ts'
import { importLightfield } from './commands/lightfield.ts'
import { inviteMember } from './commands/members.ts'
import { exportCommand, importCommand } from './commands/move.ts'
import { resetPassword } from './commands/password.ts'
import { serve } from './commands/serve.ts'
import { createWorkspaceCommand } from './commands/workspace.ts'
import { InvalidSettings, readConfig } from './config.ts'
import { UnusableBackup } from './domain/backup/read.ts'
import { UnusableRegister } from './domain/erasures/register.ts'
import { DatabaseUnavailable } from './embedded/unavailable.ts'
import { NotRestored } from './storage/backup.ts'

const processesMax = 16

/** The command line: `openfield <command>`. Standard output is for results; with --json it is one JSON value. */
const program = new Command('openfield').description('A self-hosted CRM that speaks the Lightfield API.')

program
  .command('serve', { isDefault: true })
  .description('serve the API')
  .option('--processes <number>', 'on one port, by as many processes, which are started again when they end', processes)
  .action((options) => serve(readConfig(process.env), options))

program
  .command('config')
  .description('print every setting, what it is set to and what it means')
  .option('--json', 'print JSON')
  .action((options) => printConfig(process.env, options))

const workspace = program.command('workspace').description('manage workspaces')
workspace
  .command('create')
  .description('add a workspace with an admin member and a full-access key')
  .requiredOption('--name <name>', 'what it is called')
  .option('--json', 'print JSON')
  .action((options) => createWorkspaceCommand(readConfig(process.env), options))

const keys = program.command('keys').description('manage API keys')
keys
  .command('create')
  .description('make another API key, e.g. when the first is lost')
  .requiredOption('--name <name>', 'what it is for')
  .option('--scopes <scopes>', 'separated by commas; none: full access')
  .option('--workspace <id>', 'which workspace; the first when there is only one')
  .option('--json', 'print JSON')
  .action((options) => createKey(readConfig(process.env), options))

const members = program.command('members').description('manage members')
members
  .command('invite')
  .description('make somebody a member and print the link by which they choose a password')
  .requiredOption('--email <address>', 'their address')
  .addOption(new Option('--role <role>', 'what they may do').choices(['admin', 'member']).default('member'))
  .option('--first-name <name>', 'their first name')
  .option('--last-name <name>', 'their last name')
  .option('--workspace <id>', 'which workspace; the first when there is only one')
  .option('--json', 'print JSON')
  .action((options) => inviteMember(readConfig(process.env), options))

const password = program.command('password').description('manage passwords')
password
  .command('reset')
  .description('print a link by which a member chooses a new password')
  .requiredOption('--email <address>', 'the address of the member')
  .option('--workspace <id>', 'which workspace; all that they are in when it is not given')
  .option('--json', 'print JSON')
  .action((options) => resetPassword(readConfig(process.env), options))

program
  .command('demo')
  .description('fill an unused workspace with made-up data to try things on')
  .option('--workspace <id>', 'which workspace; the first when there is only one')
  .option('--seed <number>', 'another number makes up other data')
  .option('--json', 'print JSON')
  .action((options) => demo(readConfig(process.env), options))

program
  .command('backup')
  .description('write everything into one file, while the server runs')
  .argument('<file>', 'where to; it must not be there yet')
  .option('--with-key', 'also the keys that open what is sealed: then keep the file like a password')
  .option('--verify', 'check such a file instead, all of it')
  .option('--json', 'print JSON')
  .action((file, options) => backup(readConfig(process.env), file, options))

program
  .command('restore')
  .description('read such a file into an empty database')
  .argument('<file>', 'which')
  .option('--erasures <file>', 'a register of what was erased since, beside that of the data folder')
  .option('--json', 'print JSON')
  .action((file, options) => restoreCommand(readConfig(process.env), file, options))

program
  .command('export')
  .description('write one workspace into one file, to move it to another installation')
  .argument('<file>', 'where to; it must not be there yet')
  .option('--workspace <id>', 'which workspace; the first when there is only one')
  .option('--with-key', 'also the key that opens what is sealed: then keep the file like a password')
  .option('--json', 'print JSON')
  .action((file, options) => exportCommand(readConfig(process.env), file, options))

const importing = program
  .command('import')
  .description('take in a workspace that was exported, beside those that are there')
  .argument('<file>', 'which')
  .option('--as <name>', 'what it is called here')
  .option('--erasures <file>', 'a register of what was erased since, beside that of the data folder')
  .option('--json', 'print JSON')
  .action((file, options) => importCommand(readConfig(process.env), file, options))
importing
  .command('lightfield')
  .description('copy a whole workspace of Lightfield, by its API; run again, it goes on, and brings what has changed')
  .addOption(
    new Option('--api-key <key>', 'a key of that workspace which may read everything')
      .env('LIGHTFIELD_API_KEY')
      .makeOptionMandatory(),
  )
  .option('--base-url <url>', 'where its API is', 'https://api.lightfield.app')
  .option('--workspace <id>', 'into which workspace; the first when there is only one')
  .option('--dry-run', 'only say what would be copied')
  .option('--json', 'print JSON')
  .action((_, command) => importLightfield(readConfig(process.env), command.optsWithGlobals()))

program
  .command('erasures')
  .description('print the register of what was erased, as JSON lines, to be kept beside backups')
  .action(() => printErasures(readConfig(process.env)))

program
  .command('doctor')
  .description('check that all that follows from records agrees with them; ends with 0 when all is well, else with 1')
  .option('--repair', 'mend what follows from records; records themselves are never changed')
  .option('--json', 'print JSON')
  .action((options) => doctor(readConfig(process.env), options).catch(cannotLook))

program
  .command('citus-setup')
  .description('print the statements that spread this database over several nodes of Citus, by workspace')
  .action(() => printCitusSetup(readConfig(process.env)))

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = 1
  tell(error)
}

function processes(text: string): number {
  const number = Number(text)
  if (/^\d+$/.test(text) && number >= 1 && number <= processesMax) return number
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${processesMax}.`)
}

function tell(error: unknown) {
  console.error(isForPeople(error) ? `\n${error.message}\n` : error)
}

/** To be told from findings. */
function cannotLook(error: unknown) {
  process.exitCode = 2
  tell(error)
}

/** Errors whose message says what to do; anything else is a bug and shows its stack. */
function isForPeople(error: unknown): error is Error {
  const kinds = [
    InvalidSettings,
    DatabaseUnavailable,
    ApiError,
    NotExamined,
    UnusableBackup,
    UnusableRegister,
    NotRestored,
  ]
  return kinds.some((kind) => error instanceof kind)
}
