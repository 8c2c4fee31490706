import { ApiError, badRequest, type ObjectDefinition, unprocessable } from '@openfield/schema'
import { readDefinitionsVersion, type VersionedDefinitions } from '../../storage/definitions.ts'
import { type Context, withDefinitions } from '../context.ts'
import { requireCurrent } from '../records/definitions.ts'
import { parseFields } from '../records/fields.ts'
import { parseNewRelationships, parseRelationshipChanges } from '../records/relationships.ts'
import { rulesOf } from '../records/rules.ts'
import { resolveStage } from '../records/stages.ts'
import { parseRecordFilter } from './filters.ts'
import { allSteps } from './positions.ts'
import { nextTick } from './schedule.ts'
import { hasTemplates, pathsIn, wordsOf } from './templates.ts'
import { type Definition, everyType, type Step, type Trigger, typeOfTrigger } from './types.ts'

/** Throws what is wrong with a workflow, by the place at which it stands, e.g. `steps.0.yes.1.fields.$stage`. */
export const checkDefinition = (ctx: Context, { trigger, steps }: Pick<Definition, 'trigger' | 'steps'>) =>
  withDefinitions(ctx, async (definitions) => {
    requireCurrent(definitions, (await readDefinitionsVersion(ctx.db, ctx.workspace)) ?? 0)
    triggers[trigger.type](definitions, trigger as never)
    const all = allSteps(steps)
    if (all.length === 0 || all.length > stepsMax)
      throw unprocessable(`A workflow has 1 to ${stepsMax} steps.`, 'steps')
    const known = new Set<string>()
    for (const { step, position } of all) {
      const place = `steps.${position}`
      if (known.has(step.key)) throw unprocessable(`Another step is called '${step.key}'.`, `${place}.key`)
      kinds[step.type](definitions, step as never, { place, trigger })
      checkTemplates(definitions, trigger, step, place, known)
      known.add(step.key)
    }
  })

const stepsMax = 50

/** What errors of a check name: the place of what was checked, before the place in it. */
function within<T>(place: string, check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const param = error.place.param === undefined ? place : `${place}.${error.place.param}`
    throw new ApiError(error.type, error.code, error.message, { ...error.place, param })
  }
}

/** A filter's parameter is its key, which is no place of its own. */
function checkFilter(definitions: VersionedDefinitions, definition: ObjectDefinition, filter: string, place: string) {
  try {
    parseRecordFilter(definitions, definition, filter)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    throw new ApiError(error.type, error.code, error.message, { ...error.place, param: place })
  }
}

/** A type whose records are read and written like others, and with a verb if one is needed. */
function recordType(definitions: VersionedDefinitions, name: string, place: string, verb?: 'create' | 'update') {
  const definition = definitions.types.get(name)
  if (!definition?.verbs.includes('retrieve')) {
    throw unprocessable(`There is no object type '${name.slice(0, 80).toWellFormed()}'.`, place)
  }
  if (verb && !definition.verbs.includes(verb)) {
    throw unprocessable(`No request can ${verb} a ${definition.name}, and no workflow.`, place)
  }
  return definition
}

type Checks<T extends { type: string }, Rest extends unknown[]> = {
  [Type in T['type']]: (definitions: VersionedDefinitions, one: Extract<T, { type: Type }>, ...rest: Rest) => void
}

const triggers: Checks<Trigger, []> = {
  record(definitions, trigger) {
    const { objectTypes, fields, filter } = trigger
    if (objectTypes.length === 0) throw unprocessable("Name at least one object type, or '*'.", 'trigger.objectTypes')
    if (trigger.events.length === 0) throw unprocessable('Name at least one event.', 'trigger.events')
    for (const [index, name] of objectTypes.entries()) {
      if (name !== everyType) recordType(definitions, name, `trigger.objectTypes.${index}`)
    }
    const name = typeOfTrigger(trigger)
    const definition = name === undefined ? undefined : definitions.types.get(name)
    for (const [place, given] of Object.entries({ fields, filter })) {
      if (given !== undefined && !definition) {
        throw unprocessable('This can be said of a single object type only.', `trigger.${place}`)
      }
    }
    if (!definition) return
    for (const [index, key] of (fields ?? []).entries()) {
      if (definition.fields.has(key) || definition.relationships.has(key)) continue
      const named = key.slice(0, 200).toWellFormed()
      const message = `There is no field or relationship '${named}' in '${definition.plural}'.`
      throw badRequest('unknown_field', message, `trigger.fields.${index}`)
    }
    if (filter !== undefined) checkFilter(definitions, definition, filter, 'trigger.filter')
  },
  schedule(_definitions, { cron, timeZone }) {
    nextTick(cron, timeZone, new Date())
  },
  hook() {},
  manual(definitions, { objectType }) {
    if (objectType !== undefined) recordType(definitions, objectType, 'trigger.objectType')
  },
}

type Place = { place: string; trigger: Trigger }

/** The type of the record that a step is about, by default that of the run. */
function typeOfStep(
  definitions: VersionedDefinitions,
  { objectType, record }: { objectType?: string | undefined; record?: string | undefined },
  { place, trigger }: Place,
  verb?: 'update',
): ObjectDefinition {
  const own = typeOfTrigger(trigger)
  if (objectType !== undefined && objectType !== own && record === undefined) {
    throw unprocessable(
      'Say which record: the runs of this workflow are not about one of this type.',
      `${place}.record`,
    )
  }
  const name = objectType ?? (record === undefined ? own : undefined)
  if (name === undefined) throw unprocessable('Say of which object type the record is.', `${place}.objectType`)
  return recordType(definitions, name, `${place}.objectType`, verb)
}

const kinds: Checks<Step, [Place]> = {
  create(definitions, { objectType, fields = {}, relationships = {} }, { place }) {
    const definition = recordType(definitions, objectType, `${place}.objectType`, 'create')
    checkInput(definition, fields, relationships, 'create', place)
  },
  update(definitions, step, at) {
    const definition = typeOfStep(definitions, step, at, 'update')
    const { fields = {}, relationships = {} } = step
    if (Object.keys({ ...fields, ...relationships }).length === 0) {
      throw unprocessable('Say what is to be changed.', `${at.place}.fields`)
    }
    checkInput(definition, fields, relationships, 'update', at.place)
  },
  http(_definitions, { url, headers = {} }, { place }) {
    const isAddress = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
    if (!hasTemplates(url) && !isAddress) {
      throw unprocessable('This takes an address that begins with https:// or http://.', `${place}.url`)
    }
    for (const name of Object.keys(headers)) {
      const isName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)
      if (!isName || /^webhook-/i.test(name)) {
        const why = isName ? 'is for the signature' : 'is no name of a header'
        throw unprocessable(`'${name.slice(0, 100).toWellFormed()}' ${why}.`, `${place}.headers`)
      }
    }
  },
  wait(_definitions, { seconds, until }, { place }) {
    if (seconds === undefined && until === undefined) {
      throw unprocessable('Say for how many seconds, or until when.', `${place}.seconds`)
    }
    if (until === undefined && seconds !== undefined && seconds < 0) {
      throw unprocessable('Only with a moment can it be before something.', `${place}.seconds`)
    }
    if (until !== undefined && !hasTemplates(until) && Number.isNaN(Date.parse(until))) {
      throw unprocessable('This takes a moment, or a template that names one.', `${place}.until`)
    }
  },
  branch(definitions, step, at) {
    const definition = typeOfStep(definitions, step, at)
    checkFilter(definitions, definition, step.filter, `${at.place}.filter`)
  },
}

/** Values without templates are checked as a request's would be; of others, that there is something to take them. */
function checkInput(
  definition: ObjectDefinition,
  fields: Record<string, unknown>,
  relationships: Record<string, unknown>,
  verb: 'create' | 'update',
  place: string,
) {
  const literal = Object.entries(fields).filter(([, value]) => !hasTemplates(value))
  const filled = Object.entries(fields).filter(([, value]) => hasTemplates(value))
  within(place, () => {
    const rules = rulesOf(definition)
    const { broken } = parseFields(definition, resolveStage(definition, Object.fromEntries(literal)), verb, rules)
    if (broken) throw broken
    for (const [key] of filled.filter(([key]) => key !== '$pipeline')) {
      // Clearing it is the one value that fits them all; only that it may be written is asked.
      parseFields(definition, { [key]: null }, verb, rules)
    }
    for (const [key, value] of Object.entries(relationships)) {
      if (verb === 'create') parseNewRelationships(definition, { [key]: hasTemplates(value) ? [] : value })
      else parseRelationshipChanges(definition, { [key]: hasTemplates(value) ? { add: [] } : value })
    }
  })
}

/** What templates may say after `trigger.`, by what starts the workflow. */
const triggerWords: Record<Trigger['type'], readonly string[]> = {
  record: ['event', 'at', 'record', 'changed', 'actor'],
  schedule: ['event', 'at'],
  hook: ['event', 'at', 'body'],
  manual: ['event', 'at', 'record', 'actor'],
}
const roots = ['trigger', 'steps', 'workflow', 'run']

function checkTemplates(
  definitions: VersionedDefinitions,
  trigger: Trigger,
  step: Step,
  place: string,
  known: ReadonlySet<string>,
) {
  // What a branch holds, it checks itself.
  const own = Object.entries(step).filter(([key]) => !['key', 'type', 'filter', 'yes', 'no'].includes(key))
  for (const { place: param, path } of pathsIn(Object.fromEntries(own), place)) {
    const [root = '', word = '', part = '', key] = wordsOf(path)
    const shown = `{{${path.slice(0, 200).toWellFormed()}}}`
    const fail = (why: string) => {
      throw unprocessable(`The template ${shown} leads nowhere: ${why}.`, param)
    }
    if (!roots.includes(root)) fail(`it begins with ${roots.join(', ')}`)
    if (root === 'steps' && !known.has(word)) fail('no step before this one has that key')
    if (root !== 'trigger') continue
    if (!triggerWords[trigger.type].includes(word)) fail(`after trigger comes ${triggerWords[trigger.type].join(', ')}`)
    const name = typeOfTrigger(trigger)
    const definition = name === undefined ? undefined : definitions.types.get(name)
    if (word !== 'record' || !definition || key === undefined) continue
    if (part === 'fields' && !definition.fields.has(key)) fail(`'${definition.plural}' have no field ${key}`)
    if (part === 'relationships' && !definition.relationships.has(key)) {
      fail(`'${definition.plural}' have no relationship ${key}`)
    }
  }
}
