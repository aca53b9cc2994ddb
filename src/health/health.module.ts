import { type DynamicModule, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthController } from './health.controller.js';
import { HealthIndicators, RUNS_WORKER } from './health.indicators.js';

@Module({})
export class HealthModule {
  /** @param tasks the tasks module as it is registered in this process */
  static register(tasks: DynamicModule, runsWorker: boolean): DynamicModule {
    return {
      module: HealthModule,
      imports: [TerminusModule.forRoot({ logger: false }), tasks],
      controllers: [HealthController],
      providers: [HealthIndicators, { provide: RUNS_WORKER, useValue: runsWorker }],
    };
  }
}
