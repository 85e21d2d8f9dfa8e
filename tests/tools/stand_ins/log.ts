/**
 * Stands in for `@std/log` 0.224 where JSR cannot be reached: loggers, the
 * console handler and the base of other handlers, with the real signatures.
 */

/** The levels by name. */
export const LogLevels = {
  NOTSET: 0,
  DEBUG: 10,
  INFO: 20,
  WARN: 30,
  ERROR: 40,
  CRITICAL: 50,
} as const;

/** The name of a level. */
export type LevelName = Exclude<keyof typeof LogLevels, number>;

/** A level's number. */
export type LogLevel = typeof LogLevels[LevelName];

/** All names of levels. */
export const LogLevelNames: LevelName[] = Object.keys(LogLevels) as LevelName[];

export function getLevelByName(name: LevelName): LogLevel {
  const level = LogLevels[name];
  if (level === undefined) {
    throw new Error(`Cannot get log level: no level named ${name}`);
  }
  return level;
}

export function getLevelName(level: LogLevel): LevelName {
  const name = LogLevelNames.find((name) => LogLevels[name] === level);
  if (name === undefined) {
    throw new Error(`Cannot get log level: no name for level: ${level}`);
  }
  return name;
}

/** What a record is made of. */
export interface LogRecordOptions {
  msg: string;
  args: unknown[];
  level: LogLevel;
  loggerName: string;
}

/** One line of a log, before it is formatted. */
export class LogRecord {
  readonly msg: string;
  readonly level: number;
  readonly levelName: string;
  readonly loggerName: string;
  #args: unknown[];
  #datetime = new Date();

  constructor(options: LogRecordOptions) {
    this.msg = options.msg;
    this.#args = [...options.args];
    this.level = options.level;
    this.levelName = getLevelName(options.level);
    this.loggerName = options.loggerName;
  }

  get args(): unknown[] {
    return [...this.#args];
  }

  get datetime(): Date {
    return new Date(this.#datetime.getTime());
  }
}

/** Makes a line of a record. */
export type FormatterFunction = (logRecord: LogRecord) => string;

/** Options of every handler. */
export interface BaseHandlerOptions {
  formatter?: FormatterFunction;
}

/** What handlers extend: it filters by level and formats. */
export abstract class BaseHandler {
  formatter: FormatterFunction;
  #level: LogLevel;

  constructor(levelName: LevelName, options?: BaseHandlerOptions) {
    this.#level = getLevelByName(levelName);
    this.formatter = options?.formatter ??
      ((record) => `${record.levelName} ${record.msg}`);
  }

  get level(): LogLevel {
    return this.#level;
  }

  set level(level: LogLevel) {
    this.#level = getLevelByName(getLevelName(level));
  }

  get levelName(): LevelName {
    return getLevelName(this.#level);
  }

  set levelName(levelName: LevelName) {
    this.#level = getLevelByName(levelName);
  }

  handle(logRecord: LogRecord): void {
    if (this.level > logRecord.level) return;
    this.log(this.format(logRecord));
  }

  format(logRecord: LogRecord): string {
    return this.formatter(logRecord);
  }

  abstract log(msg: string): void;

  setup(): void {}

  destroy(): void {}

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** Options of {@linkcode ConsoleHandler}. */
export interface ConsoleHandlerOptions extends BaseHandlerOptions {
  useColors?: boolean;
}

/** Writes to the console, which is standard output. */
export class ConsoleHandler extends BaseHandler {
  #useColors: boolean;

  constructor(levelName: LevelName, options: ConsoleHandlerOptions = {}) {
    super(levelName, options);
    this.#useColors = options.useColors ?? true;
  }

  override format(logRecord: LogRecord): string {
    const line = super.format(logRecord);
    const color = { 20: 34, 30: 33, 40: 31, 50: 31 }[logRecord.level];
    return this.#useColors && color !== undefined
      ? `\x1b[${color}m${line}\x1b[39m`
      : line;
  }

  log(msg: string): void {
    // deno-lint-ignore no-console
    console.log(msg);
  }
}

/** Options of {@linkcode Logger}. */
export interface LoggerOptions {
  handlers?: BaseHandler[];
}

/** Any function. */
// deno-lint-ignore no-explicit-any
export type GenericFunction = (...args: any[]) => any;

type Message<T> = (T extends GenericFunction ? never : T) | (() => T);

function asText(value: unknown): string {
  if (value instanceof Error) return value.stack ?? String(value);
  return typeof value === "object" && value !== null
    ? JSON.stringify(value)
    : String(value);
}

/** Passes what is logged at its level or above to its handlers. */
export class Logger {
  handlers: BaseHandler[];
  readonly loggerName: string;
  #level: LogLevel;

  constructor(
    loggerName: string,
    levelName: LevelName,
    options: LoggerOptions = {},
  ) {
    this.loggerName = loggerName;
    this.#level = getLevelByName(levelName);
    this.handlers = options.handlers ?? [];
  }

  get level(): LogLevel {
    return this.#level;
  }

  set level(level: LogLevel) {
    this.#level = getLevelByName(getLevelName(level));
  }

  get levelName(): LevelName {
    return getLevelName(this.#level);
  }

  set levelName(levelName: LevelName) {
    this.#level = getLevelByName(levelName);
  }

  #log<T>(level: LogLevel, msg: Message<T>, args: unknown[]): T | undefined {
    const isFunction = typeof msg === "function";
    if (this.#level > level) return isFunction ? undefined : msg as T;
    const value = isFunction ? (msg as () => T)() : msg as T;
    const record = new LogRecord({
      msg: asText(value),
      args,
      level,
      loggerName: this.loggerName,
    });
    for (const handler of this.handlers) handler.handle(record);
    return value;
  }

  debug<T>(msg: () => T, ...args: unknown[]): T | undefined;
  debug<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  debug<T>(msg: Message<T>, ...args: unknown[]): T | undefined {
    return this.#log(LogLevels.DEBUG, msg, args);
  }

  info<T>(msg: () => T, ...args: unknown[]): T | undefined;
  info<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  info<T>(msg: Message<T>, ...args: unknown[]): T | undefined {
    return this.#log(LogLevels.INFO, msg, args);
  }

  warn<T>(msg: () => T, ...args: unknown[]): T | undefined;
  warn<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  warn<T>(msg: Message<T>, ...args: unknown[]): T | undefined {
    return this.#log(LogLevels.WARN, msg, args);
  }

  error<T>(msg: () => T, ...args: unknown[]): T | undefined;
  error<T>(msg: T extends GenericFunction ? never : T, ...args: unknown[]): T;
  error<T>(msg: Message<T>, ...args: unknown[]): T | undefined {
    return this.#log(LogLevels.ERROR, msg, args);
  }

  critical<T>(msg: () => T, ...args: unknown[]): T | undefined;
  critical<T>(
    msg: T extends GenericFunction ? never : T,
    ...args: unknown[]
  ): T;
  critical<T>(msg: Message<T>, ...args: unknown[]): T | undefined {
    return this.#log(LogLevels.CRITICAL, msg, args);
  }
}

/** How one logger is set up. */
export class LoggerConfig {
  level?: LevelName;
  handlers?: string[];
}

/** What {@linkcode setup} takes. */
export interface LogConfig {
  handlers?: { [name: string]: BaseHandler };
  loggers?: { [name: string]: LoggerConfig };
}

const handlers = new Map<string, BaseHandler>();
const loggers = new Map<string, Logger>();

/** Replaces all handlers and loggers. */
export function setup(config: LogConfig): void {
  for (const handler of handlers.values()) handler.destroy();
  handlers.clear();
  loggers.clear();
  const wanted = {
    default: new ConsoleHandler("INFO"),
    ...config.handlers,
  };
  for (const [name, handler] of Object.entries(wanted)) {
    handler.setup();
    handlers.set(name, handler);
  }
  const wantedLoggers: { [name: string]: LoggerConfig } = {
    default: { level: "INFO", handlers: ["default"] },
    ...config.loggers,
  };
  for (
    const [name, { level, handlers: names }] of Object.entries(wantedLoggers)
  ) {
    loggers.set(
      name,
      new Logger(name, level ?? "INFO", {
        handlers: (names ?? []).flatMap((name) => handlers.get(name) ?? []),
      }),
    );
  }
}

/** Gives the logger of that name; one that nobody set up writes nowhere. */
export function getLogger(name = "default"): Logger {
  let logger = loggers.get(name || "default");
  if (!logger) {
    logger = new Logger(name, "NOTSET", { handlers: [] });
    loggers.set(name, logger);
  }
  return logger;
}

setup({});
