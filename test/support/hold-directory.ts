/** A process of its own that holds the data directory named by its argument until it is killed. */
import { lockDirectory } from '../../store/directory-lock.ts';

const [directory = ''] = process.argv.slice(2);
try {
  await lockDirectory(directory);
  process.stdout.write('held\n');
  process.stdin.resume();
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : 'unknown'}\n`);
}
