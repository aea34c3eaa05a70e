import { type Command, InvalidArgumentError } from 'commander';
import { newToken, sha256Of } from '../../api-token.ts';

/** `tandem token <name>`: a new bearer token and the entry of API_TOKENS that knows it by its hash. */
export function addToken(program: Command): void {
  program
    .command('token')
    .description('make a bearer token for the ops API; the service stores only its hash')
    .argument('<name>', 'who will use the token, for instance anna', plainName)
    .action((name: string) => {
      const token = newToken();
      console.log(`The token, shown this once (for TANDEM_API_TOKEN, or Authorization: Bearer):`);
      console.log(`  ${token}`);
      console.log(`The entry for the service; several are separated by commas:`);
      console.log(`  API_TOKENS=${name}:sha256:${sha256Of(token).toString('hex')}`);
    });
}

function plainName(name: string): string {
  if (/^[A-Za-z0-9._-]{1,50}$/.test(name)) return name;
  throw new InvalidArgumentError('Use up to 50 letters, digits, dots, - and _.');
}
