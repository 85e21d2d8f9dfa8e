/** What the clients of a server have in common, however they are opened and closed. */

/** A client of a server, and its connection. */
export interface Connection {
  /** The client. */
  readonly client: object;
  /** The last failure that the client told of. */
  readonly lastError: unknown;
  /** Connects; settles when the server has answered a PING. */
  open(): Promise<void>;
  /** Is told of each failure of the open connection. */
  onError: ((error: unknown) => void) | undefined;
  /** Ends it once what it was asked is answered. */
  close(): Promise<void>;
  /** Ends it at once, whatever it is doing. */
  abort(): Promise<void>;
}
