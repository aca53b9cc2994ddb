import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { AppError } from '../errors.js';
import { MISSING_BODY } from '../http/json-body.js';
import { parseOrRefuse } from '../http/validation.js';

/** Checks the body of a submission: the parameters themselves, or the same under `input`. Defaults are filled in. */
export class SubmissionPipe implements PipeTransform {
  constructor(private readonly parameters: z.ZodObject) {}

  transform(body: unknown): Record<string, unknown> {
    if (body === undefined) {
      throw new AppError('INVALID_INPUT', 'The request needs a body.', {
        details: [MISSING_BODY],
      });
    }
    if (isWrapped(body) && !('input' in this.parameters.shape)) {
      const others = Object.keys(body).filter((key) => key !== 'input');
      if (others.length > 0) {
        throw new AppError('INVALID_INPUT', undefined, {
          details: others.map((field) => ({ field, reason: 'can not stand beside input', allowed: 'only: input' })),
        });
      }
      return parseOrRefuse(this.parameters, body.input, ['input']);
    }
    return parseOrRefuse(this.parameters, body);
  }
}

function isWrapped(body: unknown): body is { input: unknown } {
  return typeof body === 'object' && body !== null && !Array.isArray(body) && 'input' in body;
}
