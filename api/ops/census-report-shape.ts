import { z } from 'zod';

const sampled = z.object({ count: z.int(), samples: z.array(z.string()) });
const ofBothSides = z.object({ master: sampled, replica: sampled });
const changes = z.object({
  couples: sampled,
  /** How many values of each field would be written to each side. */
  fields: z.record(z.string(), z.object({ master: z.int(), replica: z.int() })),
  conflicts: sampled,
  openFields: z.record(z.string(), z.int()),
});

/** What a walk would have led to. Ids, names of fields and counts; no values. Samples name the master's id, or `replica:<id>`. */
export const censusReport = z.object({
  link: z.object({
    count: z.int(),
    /** Of them, those whose number the master names. */
    byNumber: z.int(),
    samples: z.array(z.object({ masterId: z.string(), replicaId: z.string(), by: z.string() })),
  }),
  /** What the first look at those that would be linked would write. */
  firstSync: changes,
  /** Records that look like others: a person would be asked. */
  ambiguous: z.object({
    count: z.int(),
    samples: z.array(z.object({ record: z.string(), candidates: z.array(z.string()), by: z.array(z.string()) })),
  }),
  /** By the side that gets them. */
  create: ofBothSides,
  /** Couples that are linked already. */
  update: changes,
  /** Other questions that would be asked, by their code. */
  asks: z.record(z.string(), sampled),
  returned: ofBothSides,
  absent: ofBothSides,
  /** What would be deleted or archived if reading it by id proves that the partner is gone. */
  remove: ofBothSides,
  agreed: sampled,
  leftAlone: ofBothSides,
  /** What could not be known, in words. */
  notKnown: z.array(z.string()),
});
export type CensusReportView = z.infer<typeof censusReport>;
