import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyContextConfig, FastifyInstance } from 'fastify';
import type { AppError } from '../errors.js';
import type { ListReader } from './list-reader.js';

/** What a route does differently from the others. */
export interface RouteSettings {
  /** Bytes; absent = 1 MiB. */
  bodyLimit?: number;
  /** A body that is missing or no JSON counts as `{}`, as old protocols have it. */
  isLenient?: boolean;
  /** Of a lenient body, reads a list that is most of it. */
  listReader?: ListReader;
  /** To think of compressing costs more than it saves where answers are short, or clients close. */
  isUncompressed?: boolean;
  /** Bodies pass as the bytes they are: see {@link Streamed}. */
  isStreamed?: boolean;
  /** How the route tells an error; absent = as all others do. */
  answerError?: (error: AppError) => { status: number; body: unknown };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    settings?: RouteSettings;
  }
}

/** Gives settings to a route, beside those that other decorators give it: Nest keeps one config, and the last to set it wins. */
export const Settings =
  (settings: RouteSettings): MethodDecorator =>
  (target, name, descriptor) => {
    const known: FastifyContextConfig | undefined = Reflect.getMetadata(
      FASTIFY_ROUTE_CONFIG_METADATA,
      descriptor.value as object,
    );
    RouteConfig({ ...known, settings: { ...known?.settings, ...settings } })(target, name, descriptor);
  };

/** Makes the settings work. Call it before compression is set up, which reads what this sets. */
export function applySettings(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    const settings = route.config?.settings;
    if (settings?.bodyLimit !== undefined) route.bodyLimit = settings.bodyLimit;
    if (settings?.isUncompressed) route.compress = false;
  });
}
