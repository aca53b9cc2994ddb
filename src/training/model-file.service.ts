import { Readable } from 'node:stream';
import { InjectRepository } from '@mikro-orm/nestjs';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ArtifactService } from '../artifacts/artifact.service.js';
import { ArtifactSources } from '../artifacts/artifact-sources.js';
import { modelFileOf } from '../tasks/model-file.js';
import { Task } from '../tasks/task.entity.js';
import { TaskRepository } from '../tasks/task.repository.js';

/** Runs that are known to need nothing any more; beyond so many the oldest are asked for again. */
const MAX_KNOWN = 10_000;

/**
 * A trained model is a row of the database, which a task's end writes together with its metrics. As a file it is written when
 * somebody first looks at the files of the run: a task ends many times faster than a file is made durable.
 */
@Injectable()
export class ModelFileService implements OnModuleInit {
  readonly #done = new Set<string>();

  constructor(
    @InjectRepository(Task) private readonly tasks: TaskRepository,
    private readonly artifacts: ArtifactService,
    private readonly sources: ArtifactSources,
  ) {}

  onModuleInit(): void {
    this.sources.add((runId) => this.#write(runId));
  }

  async #write(runId: string): Promise<void> {
    if (this.#done.has(runId)) return;
    const task = await this.tasks.modelSource(runId);
    if (task && !task.isFiled) {
      const file = modelFileOf(task);
      // It may still get its model; what is no task never does.
      if (!file) return;
      await this.artifacts.putOnce(runId, file.path, () => Readable.from([file.text]));
      await this.tasks.setModelFiled(runId);
    }
    this.#done.add(runId);
    if (this.#done.size > MAX_KNOWN) {
      const [oldest] = this.#done;
      this.#done.delete(oldest);
    }
  }
}
