/** Productive in a process of its own, as in the world: what it costs is not Tandem's. Says where it is, and ends with its parent. */
import { documentedLimits, startProductiveSimulator } from '../simulators/productive/start-productive.ts';

const productive = await startProductiveSimulator({ limits: documentedLimits });
productive.generate({ seed: 1, scale: Number(process.env['PORTAL_SCALE'] ?? 1) });
const { url, apiUrl, token, organizationId } = productive;
process.once('disconnect', () => void productive.stop());
process.send?.({ url, apiUrl, token, organizationId });
