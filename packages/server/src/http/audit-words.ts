import { operations } from './openapi/document.ts'

const words: Record<string, string> = {
  export: 'Export',
  'record.created': 'Create a record',
  'record.updated': 'Change a record',
  'record.trashed': 'Move a record to the trash',
  'record.restored': 'Bring a record back from the trash',
  'record.merged': 'Merge another record into this one',
  'record.merged-away': 'Merge a record into another',
  'admin.session.singleSignOn': 'Sign in by single sign-on',
  'command.createKey': 'Make an API key on the command line',
  'command.inviteMember': 'Invite a member on the command line',
  'command.resetPassword': 'Make a link to a new password on the command line',
  'command.backup': 'Write a backup',
  'command.restore': 'Restore a backup',
  'command.exportWorkspace': 'Write the workspace into a file',
  'command.importWorkspace': 'Take in the workspace from a file',
  'command.importLightfield': 'Copy a workspace of Lightfield',
}

let summaries: Map<string, string> | undefined

/** What an action of the audit log is called. */
export function wordsFor(action: string): string {
  summaries ??= new Map(operations().map(({ id, summary }) => [id, summary]))
  return words[action] ?? summaries.get(action) ?? action
}
