/** Keeps the directions between the parts of this repository: prints every import and name that goes against them. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { valueTypes } from '@openfield/schema'
import ts from 'typescript'

/** What a file says: the modules it imports and the text of its string literals, with the number of the line. */
type Source = { path: string; imports: Import[]; names: Named[] }
type Import = { line: number; from: string; typeOnly: boolean }
/** `declares`: the literal gives a definition its value type, which is data and no branch. */
type Named = { line: number; text: string; declares: boolean }

type Rule = {
  /** The paths it is about, tests apart. */
  of: RegExp
  except?: RegExp
  refuses: (one: Import, path: string) => boolean
  why: string
}

const imports = (pattern: RegExp) => (one: Import) => pattern.test(one.from)
/** The package that a relative import, as seen from the root, lies in. */
const packageOf = (path: string) => /^packages\/\w+/.exec(path)?.[0]

const rules: Rule[] = [
  {
    of: /^packages\/schema\//,
    refuses: imports(/^(@openfield\/|node:)/),
    why: 'schema is pure: it imports nothing of ours and nothing of Node, so that every part may import it',
  },
  {
    of: /^packages\/sdk\//,
    refuses: (one) => !one.from.startsWith('.') && !(one.from.startsWith('@openfield/schema') && one.typeOnly),
    why: 'sdk has no dependencies: it imports types of schema and nothing else, so that it runs anywhere',
  },
  {
    of: /^packages\/web\//,
    refuses: (one) => one.from.startsWith('@openfield/') && !/^@openfield\/(sdk|schema)(\/|$)/.test(one.from),
    why: 'web imports only sdk and schema of ours',
  },
  {
    of: /^packages\//,
    except: /^packages\/server\/src\/(storage|embedded)\//,
    refuses: imports(/^pg$/),
    why: 'only storage/ talks to the database, and embedded/ to see that it runs',
  },
  {
    of: /^packages\//,
    except: /^packages\/server\/src\/(http\/|app\.ts$)/,
    refuses: imports(/^(@?fastify|@scalar\/fastify)/),
    why: 'only http/ and app.ts know the router',
  },
  {
    of: /^packages\/server\/src\/(domain|storage|jobs|embedded)\//,
    refuses: imports(/\/(http|app\.ts|server\.ts)/),
    why: 'requests come in through http/, and nothing behind it knows of them',
  },
  {
    of: /^packages\/server\/src\/(storage|embedded)\//,
    refuses: imports(/\/domain\//),
    why: 'domain/ asks storage/, never the other way round',
  },
  {
    of: /^packages\//,
    refuses: (one, path) => one.from.startsWith('.') && packageOf(join(dirname(path), one.from)) !== packageOf(path),
    why: 'another package is imported by its name',
  },
]

const root = fileURLToPath(new URL('..', import.meta.url))
const problems = ourFiles()
  .map(read)
  .flatMap((source) => [...importProblems(source), ...nameProblems(source)])
for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0

function importProblems({ path, imports }: Source): string[] {
  return rules
    .filter((rule) => rule.of.test(path) && !rule.except?.test(path))
    .flatMap((rule) =>
      imports
        .filter((one) => rule.refuses(one, path))
        .map((one) => `${path}:${one.line} imports ${one.from}: ${rule.why}`),
    )
}

function nameProblems({ path, names }: Source): string[] {
  if (/^packages\/(schema\/src\/(values|objects)|web)\//.test(path)) return []
  return names
    .filter(({ text, declares }) => text in valueTypes && !declares)
    .map(
      ({ text, line }) =>
        `${path}:${line} names the value type ${text}: what differs between value types stands in their own files ` +
        '(packages/schema/src/values, packages/web), as something that others ask for',
    )
}

function ourFiles(): string[] {
  return readdirSync(join(root, 'packages'), { recursive: true, encoding: 'utf8' })
    .map((path) => `packages/${path.replaceAll('\\', '/')}`)
    .filter((path) => /\.tsx?$/.test(path) && !/node_modules\/|\/dist\/|\/test\/|\.(test|browser)\.tsx?$/.test(path))
}

function read(path: string): Source {
  const file = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest, true)
  const source: Source = { path, imports: [], names: [] }
  visit(file)
  return source

  function visit(node: ts.Node): void {
    if (ts.isStringLiteral(node)) {
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1
      const { parent } = node
      if (isImport(parent)) source.imports.push({ line, from: node.text, typeOnly: isTypeOnly(parent) })
      else source.names.push({ line, text: node.text, declares: declaresValueType(parent) })
    }
    ts.forEachChild(node, visit)
  }
}

/** `import … from ''`, `export … from ''`, `import('')`, and a type's `import('')`. */
function isImport(node: ts.Node): boolean {
  return (
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) ||
    (ts.isLiteralTypeNode(node) && ts.isImportTypeNode(node.parent))
  )
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
  return ts.isExportDeclaration(node) ? node.isTypeOnly : ts.isLiteralTypeNode(node)
}

/** `valueType: 'TEXT'`, in an object or in a type. */
function declaresValueType(node: ts.Node): boolean {
  const property = ts.isLiteralTypeNode(node) ? node.parent : node
  return (
    (ts.isPropertyAssignment(property) || ts.isPropertySignature(property)) && property.name.getText() === 'valueType'
  )
}
