import type { Answers } from '../clerk.ts';
import type { StoredLink } from '../evidence.ts';
import { keyOf, nameOf } from '../links.ts';
import type { OpsClient } from '../ops-client.ts';
import { subjectOfName } from '../subjects.ts';
import { entity, type Offices } from './offices.ts';

/** How a person answers what Tandem asks about parties: by looking into both systems. */
export function answersFrom(offices: Offices, ops: OpsClient): Answers {
  return {
    maybe_created: (link) => {
      enterNumber(offices, link);
      return true;
    },
    look_alikes: async (link) => {
      const name = nameOf(link.pair, keyOf(link));
      const status = await ops.answer(name, partnerOf(offices, link)).catch(() => 503);
      return status < 300 || status === 409;
    },
  };
}

/** As the message says: the party's number goes into EspoCRM, and who is not in Advoware is created there first. */
function enterNumber({ crm, firm, journal }: Offices, { masterId }: StoredLink): void {
  const record = crm.record(entity, masterId ?? '');
  if (record === undefined || record.deleted || masterId === null) return;
  journal.byPerson(() => {
    const name = String(record['lastName']);
    const betNr = partyOf(firm, subjectOfName(name)) ?? firm.create({ name }).betNr;
    crm.update(entity, masterId, { betnr: String(betNr) });
  });
}

function partnerOf({ crm, firm }: Offices, { masterId, replicaId }: StoredLink): string | null {
  if (masterId !== null)
    return partyOf(firm, subjectOfName(crm.record(entity, masterId)?.['lastName']))?.toString() ?? null;
  const subject = subjectOfName(firm.record(Number(replicaId))?.name);
  const found = crm.records(entity).find((one) => !one.deleted && subjectOfName(one['lastName']) === subject);
  return found?.id ?? null;
}

const partyOf = (firm: Offices['firm'], subject: number | null): number | undefined =>
  firm.records().find(({ name }) => subjectOfName(name) === subject)?.betNr;
