# A parameterised batch job: one dispatch is one build of a farm. nomad.sh dispatches it; docs/launchers.md describes it.
#
#   nomad job run peipkg-build.nomad.hcl
#
# Jobs travel through a directory that the farm and all clients mount at the same place (NFS, CephFS). On each client it
# is a host volume named "peipkg-jobs":
#
#   client { host_volume "peipkg-jobs" { path = "/srv/peipkg-jobs" } }

job "peipkg-build" {
  datacenters = ["*"]
  type        = "batch"

  parameterized {
    payload       = "forbidden"
    meta_required = ["job"]
  }

  group "build" {
    # The farm decides what is tried again and when.
    restart {
      attempts = 0
      mode     = "fail"
    }
    reschedule {
      attempts  = 0
      unlimited = false
    }

    volume "jobs" {
      type      = "host"
      source    = "peipkg-jobs"
      read_only = false
    }

    ephemeral_disk {
      size = 20000
    }

    task "build" {
      # The client isolates the task with chroot, namespaces and control groups.
      driver = "exec"

      volume_mount {
        volume      = "jobs"
        destination = "/jobs"
      }

      # Only the ordered files leave the task's own directory, and nothing in the shared directory is executed.
      config {
        command = "/bin/sh"
        args = ["-c", <<-SCRIPT
          cd "$NOMAD_TASK_DIR" && cp -R "/jobs/$NOMAD_META_JOB/job.args" "/jobs/$NOMAD_META_JOB/job.packages" \
            "/jobs/$NOMAD_META_JOB/recipe" "/jobs/$NOMAD_META_JOB/source" . && mkdir -p out tmp || exit 75
          status=0
          TMPDIR=$NOMAD_TASK_DIR/tmp xargs -0 peipkg-build < job.args || status=$?
          case $status in
            0) ;;
            123) exit 1 ;;
            *) exit 75 ;;
          esac
          while read -r name; do
            cp "out/$name" "/jobs/$NOMAD_META_JOB/out/$name" || exit 75
          done < job.packages
        SCRIPT
        ]
      }

      resources {
        cores  = 2
        memory = 4096
      }

      kill_timeout = "25s"
    }
  }
}
