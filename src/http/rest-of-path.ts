import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** What stands where the route ends in `*`: decoded once, slashes and all, and not checked in any way. */
export const RestOfPath = createParamDecorator(
  (_: unknown, context: ExecutionContext): string =>
    context.switchToHttp().getRequest<FastifyRequest<{ Params: { '*': string } }>>().params['*'],
);
