import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the client reaches this server, without a slash at its end. */
    publicUrl: string;
  }
}

/** A configured address wins; else the Host, which the site guard has allowed by now. Forwarded headers are not believed. */
export function publicUrlOf(config: Config, request: FastifyRequest): string {
  return config.publicUrl ?? `${request.protocol}://${request.headers.host}`;
}

/** The address to build links from. */
export const PublicUrl = createParamDecorator(
  (_: unknown, context: ExecutionContext): string => context.switchToHttp().getRequest<FastifyRequest>().publicUrl,
);
