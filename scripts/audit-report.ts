import { z } from 'zod';

const report = z.object({
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string(), range: z.string() })),
  metadata: z.object({ vulnerabilities: z.object({ high: z.int(), critical: z.int() }) }),
});

export type AuditVerdict =
  | { readonly kind: 'clean' }
  /** One line for each package. */
  | { readonly kind: 'vulnerable'; readonly packages: readonly string[] }
  /** The registry has not said anything about vulnerabilities. */
  | { readonly kind: 'not_asked' };

const worthFailing = new Set(['high', 'critical']);

/** @param json what `npm audit --json` has printed: a report, or an error of the registry or of the network */
export function judgeAudit(json: string): AuditVerdict {
  const known = report.safeParse(parsed(json));
  if (!known.success) return { kind: 'not_asked' };
  const { vulnerabilities, metadata } = known.data;
  if (metadata.vulnerabilities.high + metadata.vulnerabilities.critical === 0) return { kind: 'clean' };
  const packages = Object.entries(vulnerabilities)
    .filter(([, { severity }]) => worthFailing.has(severity))
    .map(([name, { severity, range }]) => `${name} ${range}: ${severity}`);
  return { kind: 'vulnerable', packages };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
