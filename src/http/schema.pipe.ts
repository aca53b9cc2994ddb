import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { parseOrRefuse } from './validation.js';

/** Checks what a handler declares by `@Body({ schema })`, `@Query({ schema })` or `@Param(name, { schema })`. */
@Injectable()
export class SchemaPipe implements PipeTransform {
  transform(value: unknown, { schema, data }: ArgumentMetadata): unknown {
    return schema instanceof z.ZodType ? parseOrRefuse(schema, value, data === undefined ? [] : [data]) : value;
  }
}
