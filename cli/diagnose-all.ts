import { Connection } from '@temporalio/client';
import { composeConnectors, composeDatabase, composePairs, type Connectors } from '../compose.ts';
import { type Config, parseConfig } from '../config.ts';
import type { DiagnosisNeeds, Finding } from '../connectors/connector.ts';
import { hostAndPort } from '../connectors/espocrm/webhook-refusal.ts';
import { isInternalAddress } from '../connectors/espocrm/internal-address.ts';
import { type PairDefinition, statusAttributeNames } from '../engine/pair.ts';
import { desiredRegistrations } from '../engine/registrations.ts';
import { type Side, sides } from '../engine/values.ts';
import { createLog } from '../log.ts';
import type { OpenDatabase } from '../store/database.ts';
import { DataDirectoryInUse } from '../store/directory-lock.ts';
import { reached } from '../store/no-database.ts';
import { WebhookRegistrationStore } from '../store/webhook-registrations.ts';

const portalSystem = 'Portal';
const marks = { ok: '✓', warning: '!', failure: '✗' } as const;

/** One line per check. @returns whether none of them failed */
export async function diagnoseAll(): Promise<boolean> {
  const config = parseConfig(process.env);
  // A system that several pairs need is asked for each of them; what it says again is said once.
  const said = new Set<string>();
  let failures = 0;
  const say = (about: string, { check, level, text }: Finding): void => {
    const line = `${marks[level]} ${about}: ${check}: ${text}`;
    if (said.has(line)) return;
    said.add(line);
    if (level === 'failure') failures += 1;
    console.log(line);
  };
  say('Tandem', { check: 'configuration', level: 'ok', text: 'every variable can be used' });
  say('Tandem', checkPublicUrl(config));
  const { finding, database } = await checkDatabase(config);
  say('Tandem', finding);
  say('Tandem', await checkTemporal(config));
  await checkSystems({ config, database }, say);
  await database?.close();
  return failures === 0;
}

function checkPublicUrl({ PUBLIC_URL: url, ESPOCRM_URL: espoCrm, PRODUCTIVE_TOKEN: productive }: Config): Finding {
  const check = 'PUBLIC_URL';
  if (url === undefined) {
    const text =
      'not set: no webhook is registered or checked; set it to the address under which the systems reach Tandem';
    return { check, level: 'warning', text };
  }
  if (!isInternalAddress(url)) return { check, level: 'ok', text: `webhooks are sent to ${url}/webhooks/` };
  const reasons = [
    ...(espoCrm === undefined
      ? []
      : [
          `EspoCRM 9.3.2 and newer sends nothing there until an administrator adds '${hostAndPort(url)}' to webhookAllowedAddressList in data/config-internal.php`,
        ]),
    ...(productive === undefined ? [] : ['Productive, which runs elsewhere, will not reach it']),
  ];
  const text = `${url} is an internal address: ${reasons.join('; ')}`;
  return { check, level: 'warning', text };
}

interface DatabaseCheck {
  readonly finding: Finding;
  /** Null: it can't be looked into. */
  readonly database: OpenDatabase | null;
}

async function checkDatabase(config: Config): Promise<DatabaseCheck> {
  const about = (level: Finding['level'], text: string): Finding => ({ check: 'database', level, text });
  try {
    const database = await composeDatabase(config, createLog('silent'));
    await database.ping();
    const finding =
      database.kind === 'PostgreSQL'
        ? about('ok', 'PostgreSQL answers and its schema is up to date')
        : about('warning', 'embedded (PGlite): one process only, and no promise to survive a power cut');
    return { finding, database };
  } catch (error) {
    const isInUse = error instanceof DataDirectoryInUse;
    const finding = isInUse
      ? about('ok', 'embedded, in use by the running service')
      : about('failure', 'it does not answer; check DATABASE_URL');
    return { finding, database: null };
  }
}

async function checkTemporal({ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace }: Config): Promise<Finding> {
  const check = 'Temporal';
  try {
    const connection = await Connection.connect({ address, connectTimeout: 5_000 });
    await connection.workflowService.describeNamespace({ namespace });
    await connection.close();
    return { check, level: 'ok', text: `answers at ${address}, namespace ${namespace}` };
  } catch {
    return {
      check,
      level: 'failure',
      text: `no namespace ${namespace} at ${address}; check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE`,
    };
  }
}

interface Checked {
  readonly config: Config;
  readonly database: OpenDatabase | null;
}

async function checkSystems(
  { config, database }: Checked,
  say: (about: string, finding: Finding) => void,
): Promise<void> {
  const connectors = composeConnectors(config, createLog('silent'), () => reached(database).db);
  for (const pair of composePairs(config)) {
    for (const side of sides) {
      const { system } = pair.title[side];
      // What is said of the database says it all.
      if (system === portalSystem && database === null) continue;
      const madeWithin = await webhooksMadeWithin(config, database, system);
      for (const finding of await checkSide(connectors, pair, side, { config, madeWithin })) say(system, finding);
    }
  }
  await connectors.close();
}

/** Null: the service has looked after them before, or never does. A database that is in use belongs to one that runs. */
async function webhooksMadeWithin(
  { KEEP_WEBHOOKS_EVERY: everyMs }: Config,
  database: OpenDatabase | null,
  system: string,
): Promise<string | null> {
  if (everyMs === null || database === null) return null;
  const { checkedAt } = await new WebhookRegistrationStore(database.db).lastCheck(system);
  return checkedAt === null ? `${Math.ceil(everyMs / 1_000)} s` : null;
}

async function checkSide(
  { bySystem }: Connectors,
  pair: PairDefinition,
  side: Side,
  { config: { PUBLIC_URL: publicUrl }, madeWithin }: { readonly config: Config; readonly madeWithin: string | null },
): Promise<readonly Finding[]> {
  const { system, entity } = pair.title[side];
  const connector = bySystem[system];
  if (connector === undefined) {
    const text = `the pair ${pair.name} needs it, but it is not configured; .env.example says which variables it has`;
    return [{ check: 'configuration', level: 'failure', text }];
  }
  const { webhooks: registrar } = connector;
  const needed =
    registrar === undefined || publicUrl === undefined
      ? []
      : desiredRegistrations([{ name: pair.name, ...pair.title }], { system, ...registrar }, publicUrl);
  const webhooks = madeWithin === null ? needed : needed.map((need) => ({ ...need, madeWithin }));
  const context = { signal: AbortSignal.timeout(60_000), beforeCall: () => undefined };
  return connector.diagnose({ entity, ...fieldsOf(pair, side), webhooks }, context);
}

function fieldsOf(pair: PairDefinition, side: Side): Pick<DiagnosisNeeds, 'attributes' | 'options'> {
  const mapped = pair.fields.map(({ attribute }) => attribute[side]);
  const options = pair.fields.flatMap(({ attribute, codec }) =>
    codec.options === undefined ? [] : [[attribute[side], codec.options[side]] as const],
  );
  const states = pair.status === null ? [] : [[pair.status.state, Object.values(pair.states)] as const];
  return {
    attributes: side === 'master' ? [...mapped, ...statusAttributeNames(pair)] : mapped,
    options: Object.fromEntries(side === 'master' ? [...options, ...states] : options),
  };
}
