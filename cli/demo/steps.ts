import type { Scene } from './story.ts';
import { type Step, type StepResult, told } from './tell.ts';

/** The main story: what Tandem does for one party, with the number of requests that each step may cost. */
export const steps: readonly Step<Scene>[] = [
  {
    title: 'A party is created in EspoCRM',
    expected: { verdicts: ['created'], calls: [3, 3] },
    play: async (scene) => {
      scene.createParty({ lastName: 'Meyer', firstName: 'Anna', salutationName: 'Ms.', dateOfBirth: '1980-02-29' });
      const result = await scene.afterWebhooks('it is clean', () => scene.inCrm()['syncStatus'] === 'clean');
      const { betnr, advowareRowId, advowareLastSync } = scene.inCrm();
      told(scene.atFirm()?.name === 'Meyer' && scene.atFirm()?.anrede === 'Frau', 'the party is in Advoware');
      told(advowareRowId === scene.atFirm()?.rowId && advowareLastSync !== null, 'its version is back in EspoCRM');
      return {
        ...result,
        seen: `Advoware has it as no. ${String(betnr)}; EspoCRM shows betnr, rowId, last sync, clean`,
      };
    },
  },
  {
    title: 'Its name is corrected in EspoCRM',
    expected: { verdicts: ['master_newer'], calls: [4, 4] },
    play: async (scene) => {
      scene.editInCrm({ lastName: 'Meier' });
      const result = await scene.afterWebhooks('the name is in Advoware', () => scene.atFirm()?.name === 'Meier');
      return { ...result, seen: 'Advoware: Meier' };
    },
  },
  {
    title: 'A lawyer edits it in Advoware; tandem sync-check',
    expected: { verdicts: ['replica_newer'], calls: [3, 3] },
    play: async (scene) => {
      scene.editAtFirm({ vorname: 'Anne' });
      const result = await scene.syncCheck();
      told(scene.inCrm()['firstName'] === 'Anne', 'the edit is in EspoCRM');
      return { ...result, seen: 'EspoCRM: Anne' };
    },
  },
  {
    title: 'Different fields are edited on both sides',
    expected: { verdicts: ['merged'], calls: [4, 4] },
    play: async (scene) => {
      scene.editInCrm({ titel: 'Dr.' });
      scene.editAtFirm({ zusatz: 'geb. Schulz' });
      const result = await scene.afterWebhooks('the title is in Advoware', () => scene.atFirm()?.titel === 'Dr.');
      told(scene.inCrm()['zusatz'] === 'geb. Schulz', 'the edit of the lawyer is in EspoCRM');
      return { ...result, seen: 'both edits are on both sides: Dr., geb. Schulz' };
    },
  },
  {
    title: 'The same field is edited on both sides',
    expected: { verdicts: ['conflict'], calls: [4, 4] },
    play: async (scene) => {
      scene.editInCrm({ firstName: 'Annika' });
      scene.editAtFirm({ vorname: 'Anja' });
      const result = await scene.afterWebhooks('the master won', () => scene.atFirm()?.vorname === 'Annika');
      const losers = await scene.losingValues();
      told(losers.includes('Anja'), 'the losing value is in the ledger');
      return { ...result, seen: 'the master wins with Annika; the ledger keeps Anja' };
    },
  },
  {
    title: 'A webhook is delivered three times',
    // Whether the repetitions arrive before or after the one sync decides whether they cost a call of their own.
    expected: { verdicts: ['master_newer', 'no_change'], calls: [4, 6] },
    play: deliveredThreeTimes,
  },
  {
    title: 'Nothing has changed; tandem sync-check',
    expected: { verdicts: ['no_change'], calls: [2, 2] },
    play: async (scene) => {
      const [version, rowId] = [scene.inCrm()['versionNumber'], scene.atFirm()?.rowId];
      const result = await scene.syncCheck();
      told(scene.inCrm()['versionNumber'] === version && scene.atFirm()?.rowId === rowId, 'nothing was written');
      return { ...result, seen: 'nothing was written, both versions are as they were' };
    },
  },
];

async function deliveredThreeTimes(scene: Scene): Promise<StepResult> {
  const { crm, firm } = scene.house;
  const marks = [crm.requests.mark(), firm.requests.mark()] as const;
  scene.editInCrm({ titel: 'Prof.' });
  crm.webhooks.misbehave.repeat = 2;
  const result = await scene.afterWebhooks('the title is in Advoware', () => scene.atFirm()?.titel === 'Prof.');
  const writes = [
    crm.requests.count({ since: marks[0], method: 'PUT' }),
    firm.requests.count({ since: marks[1], method: 'PUT' }),
  ];
  told(writes.join() === '1,1', 'each system was written to once');
  return { ...result, seen: 'one sync: each system was written to once' };
}
