import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const tokenBytes = 32;

/** A bearer token of the ops API, known by its SHA-256. Like a Secret it shows nothing of itself. */
export class ApiToken {
  readonly #sha256: Buffer;
  readonly #token: string | null;

  private constructor(sha256: Buffer, token: string | null) {
    this.#sha256 = sha256;
    this.#token = token;
  }

  static inTheClear(token: string): ApiToken {
    return new ApiToken(sha256Of(token), token);
  }

  /** @param hex 64 hexadecimal digits */
  static hashed(hex: string): ApiToken {
    return new ApiToken(Buffer.from(hex, 'hex'), null);
  }

  /** In constant time. @param sha256 of the token that somebody shows */
  matches(sha256: Buffer): boolean {
    return timingSafeEqual(this.#sha256, sha256);
  }

  /** Null where only the hash is known. */
  reveal(): string | null {
    return this.#token;
  }
}

export const sha256Of = (token: string): Buffer => createHash('sha256').update(token).digest();

/** 256 random bits, so that a hash of it needs no salt; letters, digits, `-` and `_` only. */
export const newToken = (): string => randomBytes(tokenBytes).toString('base64url');
