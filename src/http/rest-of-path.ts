import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** What stands where the route ends in `*`: decoded once, slashes and all, and not checked in any way. */
export const RestOfPath = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const { params, url } = context.switchToHttp().getRequest<FastifyRequest<{ Params: { '*': string } }>>();
  const rest = params['*'];
  // The router, for which a slash at the end makes no difference, has taken it away.
  return url.split('?', 1)[0].endsWith('/') && rest !== '' && !rest.endsWith('/') ? `${rest}/` : rest;
});
