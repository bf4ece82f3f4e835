"""The configuration of programs that may run on TPUs, of which there are none here: the rest of it counts."""

from __future__ import annotations

from typing import Any, NamedTuple, final

from estimators.run_config import RunConfig


@final
class InputPipelineConfig:
    """How the input reaches TPUs. Of no effect here."""

    PER_SHARD_V1 = 1
    PER_HOST_V1 = 2
    PER_HOST_V2 = 3
    BROADCAST = 4
    SLICED = 5


class TPUConfig(NamedTuple):
    """How TPUs are used. Of no effect here."""

    iterations_per_loop: int = 2
    num_shards: int | None = None
    num_cores_per_replica: int | None = None
    per_host_input_for_training: Any = InputPipelineConfig.PER_HOST_V1
    tpu_job_name: str | None = None
    initial_infeed_sleep_secs: int | None = None
    input_partition_dims: Any = None
    eval_training_input_configuration: Any = InputPipelineConfig.PER_HOST_V1
    experimental_host_call_every_n_steps: int = 1


@final
class TPURunConfig(RunConfig):
    """A RunConfig with a TPUConfig. `cluster` and the names of masters are kept and of no effect.

    Raises ValueError for both a cluster and a master.
    """

    def __init__(
        self,
        tpu_config: TPUConfig | None = None,
        evaluation_master: str | None = None,
        master: str | None = None,
        cluster: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if cluster is not None and (master is not None or evaluation_master is not None):
            raise ValueError("Both cluster and master/evaluation_master are set.")
        self._tpu_config = tpu_config or TPUConfig()
        self._cluster = cluster
        self._named_masters = master or "", evaluation_master or master or ""

    @property
    def tpu_config(self) -> TPUConfig:
        """How TPUs would be used."""
        return self._tpu_config

    @property
    def cluster(self) -> Any:
        """Where TPUs would be found."""
        return self._cluster

    @property
    def master(self) -> str:
        """The master that was named."""
        return self._named_masters[0]

    @property
    def evaluation_master(self) -> str:
        """The master that was named for evaluation."""
        return self._named_masters[1]
