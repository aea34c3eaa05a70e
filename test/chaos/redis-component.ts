import { pingRedis } from '../support/redis.ts';
import { findExecutable } from '../support/executables.ts';
import { type Component, ComponentFailed } from './component.ts';
import { ProcessComponent } from './process-component.ts';

/** Without persistence: whatever it held is gone when it is killed. @throws ComponentFailed where Redis is not installed */
export async function redisComponent(port: number, directory: string, logFile: string): Promise<Component> {
  const command = await findExecutable('redis-server');
  if (command === undefined) throw new ComponentFailed('Redis is not installed');
  const inMemory = ['--save', '', '--appendonly', 'no', '--dir', directory];
  return new ProcessComponent({
    name: 'redis',
    harms: ['kill'],
    logFile,
    child: () => ({ command, commandArguments: ['--port', String(port), '--bind', '127.0.0.1', ...inMemory] }),
    probe: () => pingRedis(port),
  });
}
