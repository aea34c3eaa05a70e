import { z } from 'zod';
import { keepEvidence } from './logs.ts';
import { openHouse } from './house.ts';
import { findingLines, reportOf } from './report.ts';
import { Run } from './run.ts';
import { type ChaosSettings, parseSettings, replayCommand } from './settings.ts';

/** `make chaos`: real processes, people on both sides, faults on every link, kills; then calm, and a judge. */
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function settingsOrExplain(): ChaosSettings | null {
  try {
    return parseSettings(process.env);
  } catch (error) {
    say(error instanceof z.ZodError ? error.issues.map(({ message }) => message).join('\n') : String(error));
    return null;
  }
}

async function chaos(settings: ChaosSettings): Promise<boolean> {
  say(`Replay: ${replayCommand(settings)}`);
  const house = await openHouse(settings);
  let isGood = false;
  try {
    const { totals, findings, harm, rests } = await new Run(house, settings, say).play();
    isGood = findings.length === 0;
    say(`\n${reportOf(totals, findings, harm)}\n`);
    for (const line of findingLines(findings)) say(line);
    if (!isGood) await keepEvidence(house.logDirectory, rests);
  } finally {
    await house.stop({ keepLogs: !isGood || settings.keepsLogs });
    if (!isGood || settings.keepsLogs) say(`Logs: ${house.logDirectory}\nReplay: ${replayCommand(settings)}`);
  }
  return isGood;
}

const settings = settingsOrExplain();
if (settings === null) {
  process.exitCode = 2;
} else {
  const isGood = await chaos(settings).catch((error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return false;
  });
  process.exitCode = isGood ? 0 : 1;
}
