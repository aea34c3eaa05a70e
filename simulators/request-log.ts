/** One HTTP request that reached a simulator. */
export interface LoggedRequest {
  seq: number;
  at: Date;
  method: string;
  /** Without the query. */
  path: string;
  query: string;
  /** 0 while it is being handled and when its connection was reset. */
  status: number;
  userName: string | null;
}

export interface RequestFilter {
  method?: string;
  path?: string | RegExp;
  /** Only requests after this `mark()`. */
  since?: number;
}

/** Counts what really arrived, whatever the caller believes to have sent. */
export class RequestLog {
  #seq = 0;
  #requests: LoggedRequest[] = [];

  begin(method: string, url: string): LoggedRequest {
    const [path = '', query = ''] = url.split('?', 2);
    this.#seq += 1;
    const request = { seq: this.#seq, at: new Date(), method, path, query, status: 0, userName: null };
    this.#requests.push(request);
    return request;
  }

  all({ method, path, since = 0 }: RequestFilter = {}): readonly LoggedRequest[] {
    return this.#requests.filter(
      (request) =>
        request.seq > since &&
        (method === undefined || request.method === method) &&
        (path === undefined || (typeof path === 'string' ? request.path.includes(path) : path.test(request.path))),
    );
  }

  count(filter: RequestFilter = {}): number {
    return this.all(filter).length;
  }

  /** A point in time to count from. */
  mark(): number {
    return this.#seq;
  }

  since(mark: number): readonly LoggedRequest[] {
    return this.all({ since: mark });
  }

  clear(): void {
    this.#requests = [];
  }
}
