import { z } from 'zod';
import type { CallContext, DiagnosisNeeds, Finding } from '../connector.ts';
import type { EspoCrmClient } from './client.ts';
import { refusal } from './refusal.ts';

const field = z.looseObject({ type: z.string().nullish(), options: z.array(z.unknown()).nullish() });

/** What EspoCRM's metadata say about one entity type. */
const entityDefinition = z.looseObject({
  fields: z.record(z.string(), field),
  optimisticConcurrencyControl: z.boolean().nullish(),
});
export type EntityDefinition = z.infer<typeof entityDefinition>;

/** @throws whatever the client throws, also for an entity type that does not exist */
export async function readEntityDefinition(
  client: EspoCrmClient,
  entity: string,
  context: CallContext,
): Promise<EntityDefinition> {
  const query = { key: `entityDefs.${entity}` };
  const answer = await client.send({ method: 'GET', path: '/Metadata', query, purpose: 'check' }, context);
  if (answer.status >= 300) throw refusal(answer, null, client.now());
  const body = entityDefinition.safeParse(answer.json);
  if (!body.success) throw answer.lost('the metadata do not describe the entity; check its name');
  return body.data;
}

export function judgeDefinition(definition: EntityDefinition, needs: DiagnosisNeeds): readonly Finding[] {
  return [
    judgeFields(definition, needs),
    ...judgeOptions(definition, needs),
    judgeConcurrency(definition, needs.entity),
  ];
}

/** One field can have several attributes: `account` has `accountId`, `emailAddress` has `emailAddressData`. */
const suffixes = /(Data|Ids?|Names?|Type|Types|Currency|Converted|IsOptedOut|IsInvalid)$/;
const alwaysThere = new Set(['id', 'deleted', 'versionNumber']);

function judgeFields({ fields }: EntityDefinition, { entity, attributes }: DiagnosisNeeds): Finding {
  const isKnown = (name: string): boolean =>
    name in fields || name.replace(suffixes, '') in fields || alwaysThere.has(name);
  const missing = attributes.filter((name) => !isKnown(name));
  return missing.length === 0
    ? { check: 'fields', level: 'ok', text: `${entity} has all fields that are needed` }
    : {
        check: 'fields',
        level: 'failure',
        text: `${entity} has no ${missing.join(', ')}; create them, because EspoCRM drops unknown attributes silently`,
      };
}

function judgeOptions({ fields }: EntityDefinition, { options }: DiagnosisNeeds): readonly Finding[] {
  return Object.entries(options).map(([name, needed]) => {
    const check = `options of ${name}`;
    const offered = fields[name]?.options;
    if (!offered)
      return { check, level: 'warning', text: `The metadata do not list the options of ${name}; check them by hand` };
    const missing = needed.filter((option) => !offered.includes(option));
    return missing.length === 0
      ? { check, level: 'ok', text: `${name} offers all values that are written` }
      : { check, level: 'failure', text: `${name} lacks ${missing.join(', ')}; add them, or writes fail` };
  });
}

function judgeConcurrency(definition: EntityDefinition, entity: string): Finding {
  const check = 'optimistic concurrency';
  return definition.optimisticConcurrencyControl === true
    ? { check, level: 'ok', text: `${entity} checks versions on writing` }
    : {
        check,
        level: 'warning',
        text:
          `${entity} does not check versions, so an edit between our read and our write of the same field is overwritten; ` +
          'switch on optimistic concurrency control in the Entity Manager',
      };
}
