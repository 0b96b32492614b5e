/** Of the written plan: its crontab and scripts, word by word. */

/** The crontab's "daily full backup". */
export const fullBackup = `mysqldump -u root -p$MYSQL_ROOT_PASSWORD --all-databases > /backup/full_backup_$(date +%Y%m%d).sql`;

/** Its "hourly incremental backups": every one is a full dump. */
export const hourlyBackup = `mysqldump -u root -p$MYSQL_ROOT_PASSWORD --single-transaction --flush-logs --all-databases > /backup/incremental_backup_$(date +%Y%m%d_%H).sql`;

/** Its "binary log backup every 15 minutes". */
export const binaryLogs = "cp /var/log/mysql/mysql-bin.* /backup/binlogs/";

/** Its "backup integrity check". */
export const integrityCheck = `mysql -u root -p < backup_file.sql
mysqldump -u root -p --all-databases | diff - backup_file.sql`;

/** The script of its CronJob. */
export const backupScript = `mysqldump -h mysql-service -u root -p$MYSQL_ROOT_PASSWORD \\
  --single-transaction --routines --triggers \\
  --all-databases > /backup/mysql-backup-$(date +%Y%m%d-%H%M%S).sql`;

/** Its "automated failover". */
export const watchScript = `#!/bin/bash
# MySQL Failover Script

PRIMARY_HOST="mysql-primary-service"
REPLICA_HOST="mysql-replica-service"
HEALTH_CHECK_TIMEOUT=30

check_mysql_health() {
    timeout $HEALTH_CHECK_TIMEOUT mysql -h $1 -u root -p$MYSQL_ROOT_PASSWORD -e "SELECT 1" > /dev/null 2>&1
    return $?
}

failover_to_replica() {
    echo "Primary MySQL is down, initiating failover..."
    
    # Stop replica replication
    mysql -h $REPLICA_HOST -u root -p$MYSQL_ROOT_PASSWORD -e "STOP REPLICA;"
    
    # Promote replica to primary
    mysql -h $REPLICA_HOST -u root -p$MYSQL_ROOT_PASSWORD -e "RESET REPLICA ALL;"
    
    # Update application configuration
    kubectl patch service mysql-service -p '{"spec":{"selector":{"app":"mysql-replica"}}}'
    
    echo "Failover completed successfully"
}

# Health check loop
while true; do
    if ! check_mysql_health $PRIMARY_HOST; then
        echo "Primary MySQL health check failed"
        if check_mysql_health $REPLICA_HOST; then
            failover_to_replica
            break
        else
            echo "Both primary and replica are down - manual intervention required"
        fi
    fi
    sleep 30
done`;
